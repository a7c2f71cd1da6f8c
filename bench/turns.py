"""The pure engine, measured: microseconds a turn, and as a ratio to decoding one Telegram update with `json.loads`.

    python bench/turns.py [CONTENT]

A contact walks through the sample tunnel again and again, four presses to each typed answer. Every turn includes what
the worker pays for it: the session decoded from its stored form and encoded again. The ratio is what to compare between
machines; both sides are measured in the same run, interleaved.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from tunnel.effects import Facts, Send, Turn
from tunnel.engine import new_session, turn
from tunnel.events import Address, Event, Press, Start, Text
from tunnel.language import load
from tunnel.language.definition import Definition
from tunnel.session import decode_session, encode_session

ROUNDS = 60
LAPS = 40
ADDRESS = Address("telegram", "bot", "123456789")
UPDATE = json.dumps(
    {
        "update_id": 730001245,
        "callback_query": {
            "id": "4382bfdwdsb323b2d9",
            "from": {
                "id": 123456789, "is_bot": False, "first_name": "Ольга", "last_name": "Петрова", "username": "olga_p",
                "language_code": "ru",
            },
            "message": {
                "message_id": 4521,
                "from": {"id": 987654321, "is_bot": True, "first_name": "Фасад", "username": "facade_bot"},
                "chat": {"id": 123456789, "first_name": "Ольга", "last_name": "Петрова", "type": "private"},
                "date": 1767964800,
                "text": "Здравствуйте, Ольга! Я бот компании «Фасад». Помогу выбрать материал.\nЧто облицовываем?",
                "reply_markup": {
                    "inline_keyboard": [
                        [{"text": "Дом", "callback_data": "1.k3x91a.p0d7q2"}],
                        [{"text": "Баню", "callback_data": "1.k3x91a.b7ah21"}],
                        [{"text": "Пока смотрю", "callback_data": "1.k3x91a.c81kqz"}],
                    ]
                },
            },
            "chat_instance": "-3754892034785940238",
            "data": "1.k3x91a.p0d7q2",
        },
    },
    ensure_ascii=False,
)  # fmt: skip

# Four presses to one text, from the link to the end.
LAP = (
    ("start", "siding"), ("press", "Дом"), ("type", "120"), ("press", "Дорого"), ("press", "Показать рассрочку"),
    ("press", "Прислать гид"), ("press", "Да"), ("type", "140 м²"), ("press", "Прислать гид"), ("press", "Нет"),
)  # fmt: skip


class Contact:
    """One contact's stored session and the buttons they see."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.blob = encode_session(new_session("0" * 24))
        self.tokens: dict[str, str] = {}
        self.now = 1_768_294_800.0

    def event(self, kind: str, what: str) -> Event:
        self.now += 10
        if kind == "press":
            return Press(id="e", at=self.now, address=ADDRESS, token=self.tokens[what], label=what, ack="4382bf")
        if kind == "type":
            return Text(id="e", at=self.now, address=ADDRESS, text=what)
        return Start(id="e", at=self.now, address=ADDRESS, ref=what)

    def take(self, event: Event) -> Turn:
        """A turn as the worker does it."""
        result = turn(self.definition, decode_session(self.blob), event, Facts(now=self.now, desk=True))
        assert isinstance(result, Turn)
        self.blob = encode_session(result.session)
        return result

    def see(self, result: Turn) -> None:
        for effect in result.effects:
            if isinstance(effect, Send) and effect.message.buttons:
                self.tokens = {button.label: button.token for button in effect.message.buttons}


def lap(contact: Contact) -> float:
    """Seconds of one lap's turns, without what the bench does between them."""
    spent = 0.0
    for kind, what in LAP:
        event = contact.event(kind, what)
        before = perf_counter()
        result = contact.take(event)
        spent += perf_counter() - before
        contact.see(result)
    return spent


def main() -> None:
    content = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent / "tests/tunnel/engine/content")
    loaded = load(content)
    assert loaded.definition is not None, loaded.findings
    turn_us, json_us = [], []
    lap(Contact(loaded.definition))  # compiles, fills the caches
    for _ in range(ROUNDS):
        spent = sum(lap(Contact(loaded.definition)) for _ in range(LAPS))
        turn_us.append(spent / LAPS / len(LAP) * 1e6)
        before = perf_counter()
        for _ in range(1000):
            json.loads(UPDATE)
        json_us.append((perf_counter() - before) * 1e3)
    ratios = [turn / update for turn, update in zip(turn_us, json_us, strict=True)]
    print(f"turn, with its session decoded and encoded   {median(turn_us):6.1f} µs   (best {min(turn_us):.1f})")
    print(f"json.loads of one update                     {median(json_us):6.1f} µs   (best {min(json_us):.1f})")
    print(f"ratio                                        {median(ratios):6.2f}")


if __name__ == "__main__":
    main()
