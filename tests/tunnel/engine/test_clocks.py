"""Time as a property: whatever clocks do and in whatever order timers come, each acts once, none in closed time."""

from __future__ import annotations

from collections import deque
from datetime import datetime, time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tunnel.engine.build import definition, step, text, to, tunnel
from tunnel.effects import Arm, Cancel, Facts, Record, Send, Turn
from tunnel.engine import gate, new_session, turn
from tunnel.engine.moves import MAX_STEPS
from tunnel.events import Address, Event, Release, Start, Take, Text, Timer, Trigger
from tunnel.language.definition import (
    Branch,
    Choice,
    EventKind,
    EventRule,
    Frequency,
    Quiet,
    Rung,
    Silence,
    Stage,
)  # fmt: skip
from tunnel.session import decode_session, encode_session

HOUR, DAY = 3600.0, 86400.0
TUESDAY_NOON = datetime.fromisoformat("2026-03-24T12:00+01:00").timestamp()  # five days before clocks are put forward
QUIET = Quiet(time(21), time(9), frozenset({6}))
ADDRESS = Address("telegram", "b", "1")
STAGES = [
    Stage("new", "", 0, "r", 30 * HOUR, late="late"),
    Stage("warm", "", 1, "r", 9 * HOUR, late="late"),
    Stage("won", "", 2, outcome="won"),
]


def _choice(label: str, step: str) -> Choice:
    return Choice(text(label), label.ljust(6, "0"), to=to(step))


def _content(frequency: Frequency | None = None):
    steps = [
        step("a", stage="new", say=text("a?"), choices=(_choice("b", "b"), _choice("w", "w")), silence=(
            Silence(HOUR, text("a1")), Silence(10 * HOUR, text("a2")),
            Silence(12 * HOUR, text("a3"), days=frozenset({3})),
            Silence(5 * DAY, to=to("w")),
        )),
        step("b", stage="warm", say=text("b?"), choices=(_choice("a", "a"),),
             silence=(Silence(11 * HOUR, text("b1")),)),
        step("w", say=text("w"), wait_s=13 * HOUR, silence=(Silence(12 * HOUR, text("w1")),), to=(Branch(to("z")),)),
        step("late", say=text("late?"), choices=(_choice("b", "b"),), silence=(Silence(2 * HOUR, to=to("z")),)),
        step("z", stage="won", say=text("z"), end=True),
    ]  # fmt: skip
    first = tunnel(*steps, stages=STAGES)
    rungs = tuple(Rung(hours * HOUR, f"rung{hours:02}", text(f"rung {hours}")) for hours in (1, 10, 12))
    rule = EventRule("cart", "t", start=True, ladder=rungs)
    first = type(first)(
        first.name, first.title, first.start, first.steps, first.stages, first.enter, first.file, {"cart": rule}
    )
    return definition(first, events=[EventKind("cart", "", {})], quiet=QUIET, frequency=frequency, zone="Europe/Berlin")


FREE, CAPPED = _content(), _content(Frequency(2, DAY))


class World:
    """One contact, the store that wakes them, and an inbox between the two. `zone` time is Berlin's."""

    def __init__(self, content) -> None:
        self.content = content
        self.now = TUESDAY_NOON
        self.session = new_session("0" * 24)
        self.armed: dict[str, float] = {}
        self.inbox: deque[Timer] = deque()
        self.open: set[str] = set()
        """Timers that were armed and have neither acted nor been cancelled."""
        self.spoke: list[tuple[str, float, float]] = []
        """Timers that waited for open time and then spoke: which, when they were first due, and when they spoke."""
        self.number = 0

    def apply(self, event: Event) -> Turn:
        before = self.session
        result = turn(self.content, before, event, Facts(now=self.now, desk=True))
        assert isinstance(result, Turn)
        self.session = decode_session(encode_session(result.session), before.contact)
        for effect in result.effects:
            if isinstance(effect, Arm):
                self.armed[effect.timer] = effect.at
                self.open.add(effect.timer)
            elif isinstance(effect, Cancel):
                self.armed.pop(effect.timer, None)
                self.open.remove(effect.timer)
        if isinstance(event, Timer):
            self._timed(before, event, result)
        assert self.open == set(self.session.timers), "an armed timer was forgotten, or acted twice"
        coming = {each.timer for each in self.inbox}
        assert self.open <= self.armed.keys() | coming, "a timer was lost"
        assert set(self.session.waiting) <= set(self.session.timers)
        assert len(encode_session(self.session)) < 8192
        return result

    def _timed(self, before, event: Timer, result: Turn) -> None:
        said = [effect for effect in result.effects if isinstance(effect, Send)]
        records = [effect for effect in result.effects if isinstance(effect, Record)]
        assert len(records) <= 3 * MAX_STEPS
        if event.timer not in before.timers:
            assert [record.what for record in records] == ["ignored"]
            assert not said
        elif event.timer not in result.session.timers:
            self.open.discard(event.timer)  # it acted; or a step that it led to cancelled it
        if said:
            local = datetime.fromtimestamp(self.now, self.content.settings.timezone)
            assert before.mode == "bot"
            assert gate.is_open(QUIET, None, local), f"{event.timer} spoke at {local}"
            if event.timer in before.waiting:
                self.spoke.append((event.timer, before.waiting[event.timer], self.now))

    def wake(self, ahead_s: float = 0.0) -> None:
        """The scheduler, whose clock may be ahead, moves what is due into the inbox, in order."""
        clock = self.now + ahead_s
        for timer, at in sorted(self.armed.items(), key=lambda pair: pair[1]):
            if at <= clock:
                del self.armed[timer]
                self.inbox.append(Timer(id="t", at=clock, timer=timer, due_at=at))

    def deliver(self, place: int = 0) -> None:
        if self.inbox:
            self.inbox.rotate(-(place % len(self.inbox)))
            self.apply(self.inbox.popleft())

    def live(self, seconds: float) -> None:
        """Time passes; whatever falls due is delivered at once."""
        until = self.now + seconds
        for _ in range(300):
            self.wake()
            while self.inbox:
                self.deliver()
            following = min(self.armed.values(), default=until + 1)
            if following > until:
                break
            self.now = max(self.now, following)
        self.now = max(self.now, until)

    def hear(self, words: str) -> None:
        self.number += 1
        self.apply(Text(id=f"c{self.number}", at=self.now, address=ADDRESS, text=words))

    def do(self, what: str, amount: float) -> None:
        self.number += 1
        if what == "pass":
            self.now += amount
        elif what == "jump":
            self.now -= DAY
        elif what == "wake":
            self.wake(amount)
        elif what == "deliver":
            self.deliver(int(amount))
        elif what == "twice" and self.inbox:
            self.inbox.append(self.inbox[0])
        elif what == "take":
            self.apply(Take(id=f"o{self.number}", at=self.now, operator="i"))
        elif what == "release":
            self.apply(Release(id=f"o{self.number}", at=self.now, operator="i"))
        elif what == "cart":
            self.apply(Trigger(id=f"e{self.number}", at=self.now, name="cart"))
        elif what in ("a", "b", "w", "hm", "назад", "стоп"):
            self.hear(what)


amounts = st.one_of(st.floats(0, 3 * DAY), st.sampled_from([0.0, 30.0, 400.0, HOUR, 10 * HOUR, DAY]))
deeds = st.tuples(
    st.sampled_from(
        ["pass", "pass", "pass", "jump", "wake", "wake", "deliver", "deliver", "deliver", "twice", "take", "release",
         "cart", "a", "b", "w", "hm", "назад", "стоп"]
    ),
    amounts,
)  # fmt: skip
unhurried = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(st.sampled_from([FREE, CAPPED]), st.lists(deeds, max_size=50))
def test_each_timer_acts_or_is_cancelled_once_whatever_clocks_do(content, happened):
    world = World(content)
    world.apply(Start(id="s", at=world.now, address=ADDRESS))
    for what, amount in happened:
        world.do(what, amount)
    world.live(90 * DAY)
    if world.session.mode == "bot":
        assert world.session.timers == {}, "a timer was never due"


@unhurried
@given(st.lists(st.tuples(st.sampled_from(["live", "cart", "a", "b", "w", "hm"]), amounts), max_size=30))
def test_what_waited_for_one_opening_leaves_in_the_order_in_which_it_was_due(happened):
    world = World(FREE)
    world.apply(Start(id="s", at=world.now, address=ADDRESS))
    for what, amount in happened:
        if what == "live":
            world.live(amount)
        else:
            world.do(what, 0.0)
    world.live(30 * DAY)
    for (_, first, at), (later, second, then) in zip(world.spoke, world.spoke[1:], strict=False):
        if then - at < gate.LINE_S:
            assert first <= second, f"{later} was overtaken"


def test_clocks_put_forward_neither_lose_nor_double_a_reminder():
    """In the night to Sunday 2026-03-29 two o'clock is three; Sunday is quiet, so all waits for Monday at nine."""
    world = World(FREE)
    world.now += 4 * DAY + 6 * HOUR
    world.apply(Start(id="s", at=world.now, address=ADDRESS))
    world.live(3 * DAY)
    spoken = [
        datetime.fromtimestamp(at, FREE.settings.timezone).strftime(f"%a %H:%M:%S {timer}")
        for timer, _, at in world.spoke
    ]
    assert spoken == ["Mon 09:00:00 s:1:1", "Mon 09:00:01 d:t"]


def test_what_comes_in_the_wrong_order_is_put_in_order_for_the_morning():
    world = World(FREE)
    world.now += 8.5 * HOUR
    world.apply(Start(id="s", at=world.now, address=ADDRESS))
    world.now += 600
    world.do("cart", 0.0)
    world.now += 2 * HOUR
    world.wake()
    assert [timer.timer for timer in world.inbox] == ["s:1:0", "l:1:0"]
    world.deliver(1)
    world.deliver()
    assert world.session.timers["l:1:0"] - world.session.timers["s:1:0"] == 1
    world.live(12 * HOUR)
    assert [timer for timer, _, _ in world.spoke[:2]] == ["s:1:0", "l:1:0"]


def test_a_reminder_armed_anew_while_it_was_on_its_way_is_said_once_and_at_its_new_time():
    world = World(FREE)
    world.apply(Start(id="s", at=world.now, address=ADDRESS))
    world.now += HOUR
    world.wake()
    world.do("take", 0.0)
    world.do("release", 0.0)
    world.deliver()
    assert world.session.timers["s:1:0"] == int(world.now + HOUR)
    world.live(HOUR)
    assert "s:1:0" not in world.session.timers


def test_a_scheduler_that_is_ahead_is_waited_for_once():
    world = World(FREE)
    world.apply(Start(id="s", at=world.now, address=ADDRESS))
    world.now += HOUR - 40
    world.wake(40)
    world.deliver()
    assert world.armed["s:1:0"] == TUESDAY_NOON + HOUR + 40
    world.wake(40)
    assert not world.inbox
    world.now += 40
    world.wake(40)
    world.deliver()
    assert "s:1:0" not in world.session.timers
