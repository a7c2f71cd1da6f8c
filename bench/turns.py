"""The pure engine, measured: CPU of one turn, with event and session decoded, session and messages encoded.

A contact walks through the ten steps of `bench/content` again and again, four presses to each typed answer.

    python -m bench.turns [CONTENT]     compares with `json.loads` of one update, which any machine can repeat
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time

import msgspec

from bench.sides import CONTENT
from bench.world import ANSWERS, TYPED
from tunnel.effects import Facts, Send, Turn
from tunnel.engine import new_session, turn
from tunnel.events import Address, Event, Press, Profile, Start, Text, decode_event, encode_event
from tunnel.language import load
from tunnel.language.definition import Definition
from tunnel.messages import Button
from tunnel.session import decode_session, encode_session

LAPS = 200
ROUNDS = 20
ADDRESS = Address("telegram", "1", "123456789")
_encode = msgspec.msgpack.Encoder().encode


def definition_of(content: Path = CONTENT) -> Definition:
    loaded = load(content)
    assert loaded.definition is not None, loaded.findings
    return loaded.definition


@dataclass(slots=True)
class Answers:
    """What a customer of `bench/content` does next: the first button, or a typed answer."""

    address: Address
    name: str
    """Unique among the contacts: events are named after it."""
    now: float = 1_768_294_800.0
    count: int = 0

    def next(self, shown: tuple[Button, ...]) -> Event:
        """shown: the buttons of the bot's last message."""
        self.now += 10
        id_, number = f"tg:1:{self.name}{self.count}", self.count
        self.count += 1
        if number == 0:
            profile = Profile(name="Olga", language="en")
            return Start(id=id_, at=self.now, address=self.address, ref="ten", profile=profile)
        if number in TYPED:
            return Text(id=id_, at=self.now, address=self.address, text=TYPED[number])
        button = shown[0]
        return Press(id=id_, at=self.now, address=self.address, token=button.token, label=button.label, ack="4382bf")


def lap(definition: Definition) -> tuple[list[bytes], bytes]:
    """The events of one walk, encoded, and the session that stands before the first of them."""
    answers, session, shown = Answers(ADDRESS, "e"), new_session("0" * 24), ()
    first = encode_session(session)
    events = []
    for _ in range(ANSWERS + 1):
        event = answers.next(shown)
        events.append(encode_event(event))
        result = turn(definition, session, event, Facts(now=event.at, desk=True))
        assert isinstance(result, Turn)
        session = decode_session(encode_session(result.session))
        shown = next(effect.message.buttons for effect in result.effects if isinstance(effect, Send))
    return events, first


def walk(definition: Definition, events: list[bytes], blob: bytes) -> None:
    """The turns of one walk, as the worker does them."""
    for body in events:
        event = decode_event(body)
        result = turn(definition, decode_session(blob), event, Facts(now=event.at, desk=True))
        assert isinstance(result, Turn)
        blob = encode_session(result.session)
        for effect in result.effects:
            if isinstance(effect, Send):
                _encode(effect)


class Engine:
    """Ready to be measured: compiled, its caches filled."""

    def __init__(self, content: Path = CONTENT) -> None:
        self._definition = definition_of(content)
        self._events, self._blob = lap(self._definition)
        self.us(3)

    def us(self, laps: int = LAPS) -> float:
        """CPU of one turn, µs, over so many walks."""
        before = process_time()
        for _ in range(laps):
            walk(self._definition, self._events, self._blob)
        return (process_time() - before) / laps / len(self._events) * 1e6


UPDATE = json.dumps(
    {
        "update_id": 730001245,
        "callback_query": {
            "id": "4382bfdwdsb323b2d9",
            "from": {"id": 123456789, "is_bot": False, "first_name": "Ольга", "username": "olga_p"},
            "message": {
                "message_id": 4521,
                "from": {"id": 987654321, "is_bot": True, "first_name": "Фасад", "username": "facade_bot"},
                "chat": {"id": 123456789, "first_name": "Ольга", "type": "private"},
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


def json_us() -> float:
    """CPU of json.loads of one update, µs."""
    before = process_time()
    for _ in range(5000):
        json.loads(UPDATE)
    return (process_time() - before) / 5000 * 1e6


def main() -> None:
    engine = Engine(Path(sys.argv[1]) if len(sys.argv) > 1 else CONTENT)
    rounds = [(engine.us(), json_us()) for _ in range(ROUNDS)]
    turns, updates = zip(*rounds, strict=True)
    print(f"a turn with its codecs       {median(turns):6.1f} µs   (best {min(turns):.1f})")
    print(f"json.loads of one update     {median(updates):6.1f} µs   (best {min(updates):.1f})")
    print(f"ratio                        {median(turn / update for turn, update in rounds):6.2f}")


if __name__ == "__main__":
    main()
