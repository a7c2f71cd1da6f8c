"""A hundred thousand turns: random customers, operators, events, clocks and contents, played through to the end.

What every single turn keeps to is in `test_always`; here it is what a long life of a contact adds up to.
"""

from __future__ import annotations

from collections import Counter
from datetime import time
from random import Random

import pytest

from tests.tunnel.engine.build import OFFICE, definition, key, step, text, tunnel
from tunnel.effects import Effect, Fault, Record, Send
from tunnel.engine.moves import MAX_STEPS
from tunnel.engine.player import Player
from tunnel.engine.timers import LADDER, kind_of, rung_of
from tunnel.engine.turn import BROKEN
from tunnel.events import Allowed, Event, FromCustomer, MoveStage, Receipt, Release, Timer, Trigger
from tunnel.language.definition import (
    Action,
    Answer,
    Ask,
    Branch,
    Choice,
    Definition,
    Entry,
    EventRule,
    Frequency,
    Handoff,
    Magnet,
    Objection,
    Product,
    Promo,
    Queue,
    Quiet,
    Rung,
    SetTo,
    Silence,
    Stage,
    Step,
    Target,
    Variable,
)
from tunnel.language.templates import compile_condition, compile_text
from tunnel.session import encode_session

HOUR, DAY = 3600.0, 86400.0
ACTS, LIVES, PARTS = 500, 25, 8
"""Things that happen in one life, lives of one part: a hundred thousand turns at least."""
MAX_SESSION_BYTES = 8192
TUNNELS = {"t": "abcdef", "u": "abcd", "w": "abc"}
HEARD = ["paid", "cart", "wish", "message.read"]
STAGES = [
    Stage("new", "", 0, within_s=2 * DAY, late="b"),
    Stage("deal", "", 1, within_s=9 * DAY, step="c"),
    Stage("won", "", 2, outcome="won"),
    Stage("lost", "", 3, outcome="lost"),
]
TEXTS = [text(source) for source in (
    "Привет, {{ name | default('друг') }}", "{{ t | default('?') }} {{ n | default(0) }}",
    "**{{ now.hour }}** {{ stage }}", "{{ had | join }} {{ visited | length }}",
    "{{ event.total | default('?') }} {{ event.items | default([]) | join }}",
    "{{ recommended.title | default('-') }} {{ product.title | default('-') }}", "{{ event.note }}", "Просто текст",
)]  # fmt: skip
LABELS = [compile_text(source, plain=True) for source in ("Да", "Нет", "Дорого", "Дальше", "{{ t | default('?') }}")]
CONDITIONS = [None, None, None, None] + [compile_condition(source, "t") for source in (
    "n", "'vip' in tags", "event.total > 5", "season == 'winter'", "'a' in visited", "stages.t == 'won'", "hour < 12",
)]  # fmt: skip
WORDS = ["Да", "2", "дорого", "стоп", "назад", "оператор", "сайдинг", "/start", "t", "120", "8 912 345-67-89",
         "a@b.ru", "завтра", "w", "я" * 600, "?"]  # fmt: skip
DATA = {"total": [0.0, 7.0, float("nan")], "stage": ["won", "new", "gone"], "product": ["drain"], "note": ["ы" * 3000],
        "items": [["a", "b"]], "tunnel": ["u"]}  # fmt: skip


class Life(Player):
    """A player who watches every turn."""

    __slots__ = ("fired", "happened", "turns")
    fired: list[Timer]
    happened: Counter[str]
    turns: int

    def apply(self, event: Event):
        before = self.session
        seen = len(self.effects)
        self.turns += 1
        said = super().apply(event)
        _watch(self, before, event, self.effects[seen:])
        if isinstance(event, Timer):
            self.fired = [*self.fired[-9:], event]
        return said


def _watch(life: Life, before, event: Event, effects: list[Effect]) -> None:
    session = life.session
    bot = [effect for effect in effects if isinstance(effect, Send) and effect.by == "bot"]
    assert not any(isinstance(effect, Fault) and effect.message.startswith(BROKEN) for effect in effects)
    entered = [effect.data["visit"] for effect in effects if isinstance(effect, Record) and effect.what == "entered"]
    assert len(entered) <= MAX_STEPS
    assert entered == list(range(before.visit + 1, session.visit + 1)), "each visit is entered once"
    if before.mode != "bot" and not isinstance(event, FromCustomer | Release):
        assert not bot, "nothing after a stop or a takeover"
    if before.mode == "operator" and isinstance(event, FromCustomer):
        assert len(bot) <= (session.mode == "stopped"), "at most the confirmation of a stop"
    for effect in effects:
        if isinstance(effect, Record):
            did = effect.data.get("did", "") if effect.what in ("ladder", "parked") else ""
            life.happened[f"{effect.what} {did}".strip()] += 1
    assert session.timers.keys() == life.timers.keys(), "what is armed is known, and nothing else is"
    assert {timer for timer in session.timers if kind_of(timer) == LADDER} == {
        rung_of(ladder.number, ladder.rung) for ladder in session.ladders
    }, "each ladder has its timer, and no other has one"
    assert len(encode_session(session)) < MAX_SESSION_BYTES


def _live(life: Life, chance: Random, others: list[Definition]) -> None:
    for _ in range(ACTS):
        life.messages.clear()
        life.effects.clear()
        if life.session.mode != "bot" and chance.random() < 0.5:
            life.operator("/return")
            life.say("?")
        _ACTS[chance.choice(_WEIGHTED)](life, chance)
        if chance.random() < 0.002:
            life.definition = chance.choice(others)


def _press(life: Life, chance: Random) -> None:
    tokens = [button.token for button in life.shown if button.token] or ["1.aaaaaa.bbbbbb"]
    token = chance.choice(tokens)
    life.press_token(token)
    if chance.random() < 0.2:
        visits = life.session.visit
        life.now -= 5.0
        life.press_token(token)
        assert life.session.visit == visits, "the same press twice is one move"


def _wait(life: Life, chance: Random) -> None:
    life.wait(chance.choice([1.0, 61.0, HOUR, HOUR, DAY, 3 * DAY]))
    for timer in life.fired:  # the scheduler delivers some of them again
        if timer.timer in life.session.timers:
            continue
        before = life.session
        assert life.apply(timer) == []
        assert encode_session(life.session) == encode_session(before)
    life.fired = []


def _jump(life: Life, chance: Random) -> None:
    life.now += chance.choice([-86400.0, 86400.0, -3600.0, 3600.0])


def _emit(life: Life, chance: Random) -> None:
    name = chance.choice([*HEARD, "form", "link.clicked", "stage.changed", "nobody.knows"])
    data = {field: chance.choice(values) for field, values in DATA.items() if chance.random() < 0.4}
    life.now += 5.0
    life.apply(Trigger(id="e", at=life.now, sent_at=chance.choice([0.0, life.now - 90000.0]), name=name, data=data))


def _operator(life: Life, chance: Random) -> None:
    words = ["/take", "/return", "/return", "/return a", "/close", "Здравствуйте"]
    life.operator(chance.choice(words))


def _channel(life: Life, chance: Random) -> None:
    what = chance.randrange(5)
    if what == 0:
        life.deny()
    elif what == 1:
        life.apply(Allowed(id="a", at=life.now, address=life.address))
    elif what == 2:
        life.apply(Receipt(id="r", at=life.now, address=life.address, message_id="1", status="read"))
    elif what == 3:
        life.channel = chance.choice(["telegram", "vk", "whatsapp", "web"])
    else:
        stage = chance.choice(STAGES).name
        life.apply(MoveStage(id="m", at=life.now, operator="o", tunnel=chance.choice(["", "t", "u"]), stage=stage))


_ACTS = {
    "say": lambda life, chance: life.say(chance.choice(WORDS)),
    "start": lambda life, chance: life.start(chance.choice(["", "t", "u", "w"])),
    "file": lambda life, chance: life.send_file(caption=chance.choice(["", "дорого"])),
    "phone": lambda life, chance: life.share_phone("+79161234567", own=chance.random() < 0.5),
    "press": _press,
    "wait": _wait,
    "jump": _jump,
    "emit": _emit,
    "operator": _operator,
    "channel": _channel,
}
_WEIGHTED = ["press"] * 8 + ["say"] * 5 + ["wait"] * 5 + ["emit"] * 5 + ["start", "operator", "channel"] * 2 + [
    "file", "phone", "jump",
]  # fmt: skip


# --- random content, such as the check lets through


class Author:
    """Writes valid tunnels: every name in them exists, and there is a question in each loop of most."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def maybe(self, what, share: float = 0.5, empty=None):
        return what() if self.chance.random() < share else empty

    def text(self):
        return self.chance.choice(TEXTS)

    def when(self):
        return self.chance.choice(CONDITIONS)

    def target(self, tunnel: str) -> Target:
        other = self.maybe(lambda: self.chance.choice([*TUNNELS]), 0.25, tunnel)
        return Target(other, self.maybe(lambda: "end", 0.05, self.chance.choice(TUNNELS[other])))

    def sets(self) -> tuple[SetTo, ...]:
        return self.maybe(lambda: (SetTo("t", self.text()), SetTo("n", self.chance.choice([1.0, 9.0]))), 0.3, ())

    def choices(self, tunnel: str) -> tuple[Choice, ...]:
        labels = self.chance.sample(LABELS, self.chance.randint(1, 3))
        return tuple(self._choice(tunnel, label) for label in labels)

    def _choice(self, tunnel: str, label) -> Choice:
        named = {"key": key(label.source), "set": self.sets(), "when": self.when()}
        if self.chance.random() < 0.1:
            return Choice(label, objection="o", **named)
        if self.chance.random() < 0.05:
            return Choice(label, handoff=Handoff("sales", otherwise=self.target(tunnel)), **named)
        return Choice(label, to=self.target(tunnel), **named)

    def step(self, tunnel: str, name: str) -> Step:
        kind = self.chance.choice(["choices"] * 6 + ["ask"] * 2 + ["to", "split", "wait", "end"])
        fields = {
            "stage": self.maybe(lambda: self.chance.choice(STAGES).name, 0.3, ""),
            "set": self.sets(),
            "do": self.maybe(lambda: (Action(tag="vip"), Action(notify="sales", text=self.text())), 0.2, ()),
            "magnet": self.maybe(lambda: "gift", 0.1, ""),
            "promo": self.maybe(lambda: "code", 0.15, ""),
            "product": self.maybe(lambda: "drain", 0.3, ""),
            "say": self.text(),
        }
        if kind in ("choices", "ask", "wait"):
            fields["silence"] = tuple(
                Silence(after_s, self.text(), self.maybe(lambda: self.choices(tunnel), 0.3, ()),
                        self.maybe(lambda: self.target(tunnel), 0.3), when=self.when())
                for after_s in (HOUR, DAY) if self.chance.random() < 0.6
            )  # fmt: skip
        if kind == "ask":
            fields["ask"] = Ask(self.text(), self.chance.choice(["t", "n", "p", "e"]))
        if kind == "choices":
            fields["choices"] = self.choices(tunnel)
        if kind == "wait":
            fields["wait_s"] = self.chance.choice([HOUR, 2 * DAY])
        if kind in ("ask", "to", "wait"):
            fields["to"] = (Branch(self.target(tunnel), self.when()), Branch(self.target(tunnel)))
        if kind == "split":
            fields["split"] = {arm: self.chance.choice([1.0, 3.0]) for arm in self.chance.sample(TUNNELS[tunnel], 2)}
        return step(name, tunnel=tunnel, end=kind == "end", **fields)

    def rule(self, tunnel: str, event: str) -> EventRule:
        rungs = tuple(
            Rung(after_s, key(tunnel, event, str(place)), self.maybe(self.text, 0.9), self.choices(tunnel),
                 self.maybe(lambda: "code", 0.3, ""), self.maybe(lambda: ("vk", "telegram"), 0.2, ()),
                 self.maybe(lambda: frozenset({1, 2, 3}), 0.2), self.maybe(lambda: self.target(tunnel), 0.2),
                 self.when())
            for place, after_s in enumerate((HOUR, DAY, 2 * DAY)[: self.chance.choice([0, 0, 1, 3])])
        )  # fmt: skip
        return EventRule(
            event, tunnel, start=self.chance.random() < 0.5, until=self.maybe(lambda: "paid", 0.5, ""),
            when=self.when(), set=self.sets(), stage=self.maybe(lambda: self.chance.choice(STAGES).name, 0.4, ""),
            to=self.maybe(lambda: self.target(tunnel), 0.5), ladder=rungs,
        )  # fmt: skip

    def content(self) -> Definition:
        tunnels = [
            tunnel(
                *(self.step(name, each) for each in steps),
                name=name,
                stages=STAGES,
                enter=[Entry(Target(name, steps[0]), name), Entry(Target(name, steps[1]), words=("сайдинг",)),
                       Entry(Target(name, steps[-1]), event="form", when=self.when())],
                events=[self.rule(name, event) for event in HEARD if self.chance.random() < 0.6],
            )
            for name, steps in TUNNELS.items()
        ]  # fmt: skip
        answers = tuple(Answer(self.text(), (Choice(LABELS[0], key("o"), to=Target("", "b")),)) for _ in range(2))
        return definition(
            *tunnels,
            variables=[Variable("t", "", "text"), Variable("n", "", "number"), Variable("p", "", "phone"),
                       Variable("e", "", "email")],
            objections=[Objection("o", "", ("дорого",), answers)],
            magnets=[Magnet("gift", "Гид", self.text())],
            queues={"sales": Queue("sales", "", OFFICE)},
            promos=[Promo("code", "X-{random:6}", "10%", DAY, self.chance.choice([None, 1]))],
            products=[Product("drain", "Водосток", 9.0, next=(Branch(Target("", "pipe"), self.when()),)),
                      Product("pipe", "Труба")],
            quiet=self.maybe(lambda: Quiet(time(21), time(9), frozenset({6}))),
            frequency=self.maybe(lambda: Frequency(3, DAY), 0.3),
        )  # fmt: skip


WANTED = {
    "arm", "trigger", "ladder said", "ladder skipped", "ladder stopped", "ladder ended", "held", "promo", "parked left",
    "parked taken up", "money", "overdue", "objection", "granted", "mode", "stage", "ended", "left",
}  # fmt: skip
"""What has to have happened, or the lives were dull."""


@pytest.mark.parametrize("part", range(PARTS))
def test_a_hundred_thousand_turns(part):
    chance = Random(part)
    known: list[Definition] = []
    turns, happened = 0, Counter()
    for _ in range(LIVES):
        known = [*known[-3:], Author(chance).content()]
        life = Life(known[-1], start_at=1768294800.0)
        life.fired, life.happened, life.turns = [], happened, 0
        _live(life, chance, known)
        turns += life.turns
    assert turns >= 100_000 // PARTS
    assert happened.keys() >= WANTED
