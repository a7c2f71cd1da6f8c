"""What must hold always: for any events, on any tunnel, whatever the session holds."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import replace
from datetime import time

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tunnel.engine.build import OFFICE, definition, key, step, text, tunnel
from tunnel.effects import Acknowledge, Arm, Cancel, Desk, Echo, Facts, Fault, Grant, Record, Send, Turn
from tunnel.engine import new_session, turn
from tunnel.engine.compiled import compiled
from tunnel.engine.ladders import MAX_LADDERS
from tunnel.engine.moves import MAX_STEPS
from tunnel.engine.timers import LADDER, VISIT, kind_of, rung_of
from tunnel.engine.turn import BROKEN, HANDLERS
from tunnel.events import (
    Address,
    AddTask,
    Allowed,
    Assign,
    Attachment,
    Close,
    Colleague,
    Denied,
    EndTask,
    File,
    MoveStage,
    Note,
    Phone,
    Press,
    Profile,
    Receipt,
    Release,
    Say,
    SendStep,
    SetDetail,
    SetVariable,
    Snooze,
    Start,
    Tags,
    Take,
    Text,
    Timer,
    Trigger,
)
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
    MediaFile,
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
from tunnel.session import Kept, Ladder, Pending, Session, decode_session, encode_session

VARIABLES = [
    Variable("t", "", "text"), Variable("n", "", "number"), Variable("p", "", "phone"), Variable("e", "", "email"),
    Variable("d", "", "date"), Variable("f", "", "flag"),
]  # fmt: skip
STAGES = [Stage("new", "", 0), Stage("won", "", 1, outcome="won"), Stage("lost", "", 2, outcome="lost")]
TIMED = [replace(STAGES[0], within_s=3600.0, late="a", step="b"), *STAGES[1:]]
TEXTS = [
    text(source)
    for source in (
        "Привет",
        "{{ name }} {{ t | default('?') }}",
        "{{ n + 1 }}",
        "**{{ now.hour }}** {{ stage }}",
        "{{ promo.code }} {{ event.total | default('?') }}",
        "{{ recommended.title }} {{ had | join }}",
    )
]
LABELS = [compile_text(source, plain=True) for source in ("Да", "Нет", "Показать рассрочку", "{{ t }}", "2")]
CONDITIONS = [
    compile_condition(source, "t")
    for source in (
        "f",
        "n > 5",
        "'vip' in tags",
        "not t",
        "t + 1 > 2",
        "event.total > 5",
        "season == 'winter' or 'a' in visited",
    )
]
NAMES = ["a", "b", "c", "d"]

pick = st.sampled_from


def maybe(strategy, empty=None):
    return st.one_of(st.just(empty), strategy)


texts_ = pick(TEXTS)
conditions = maybe(pick(CONDITIONS))
sets = st.lists(
    st.one_of(
        st.builds(SetTo, st.just("t"), pick(["x", *TEXTS[:2]])),
        st.builds(SetTo, pick(["n", "d", "f", "none"]), pick(TEXTS[:3])),
        st.just(SetTo("n", 7.0)),
    ),
    max_size=2,
).map(tuple)


def targets(tunnels=("t", "u"), extra=("end",)):
    return st.one_of(
        st.builds(Target, pick(tunnels), pick(NAMES)), st.builds(Target, st.just(tunnels[0]), pick(list(extra)))
    )


def handoffs(target):
    return st.builds(Handoff, pick(["sales", "night", "gone"]), maybe(texts_), maybe(texts_), maybe(target))


@st.composite
def choices(draw, target):
    label = draw(pick(LABELS))
    what = draw(pick(["to", "link", "objection", "handoff"]))
    fields = {
        "to": lambda: {"to": draw(target)},
        "link": lambda: {"link": "https://example.com"},
        "objection": lambda: {"objection": draw(pick(["o", "gone"]))},
        "handoff": lambda: {"handoff": draw(handoffs(target))},
    }[what]()
    return Choice(label, key(label.source), set=draw(sets), when=draw(conditions), **fields)


def many(strategy, size):
    return st.lists(strategy, max_size=size).map(tuple)


actions = st.one_of(
    st.builds(Action, set=sets), st.builds(Action, tag=pick(["vip", "x"])), st.builds(Action, untag=pick(["vip", "x"])),
    st.builds(Action, notify=pick(["sales", "gone"]), text=texts_),
)  # fmt: skip
media = many(st.just(MediaFile("image", "files/a.jpg")), 1)


def silences(target):
    own = many(choices(target), 1)
    days = pick([None, None, frozenset({1}), frozenset({5, 6})])
    return st.builds(Silence, pick([60.0, 3600.0]), maybe(texts_), own, maybe(target), days, conditions)


@st.composite
def steps(draw, tunnel_name, name):
    target = targets((tunnel_name, "t", "u"))
    kind = draw(pick(["ask", "choices", "to", "handoff", "end", "split", "nothing", "wait"]))
    fields = {
        "stage": draw(pick(["", "new", "won", "lost", "gone"])),
        "set": draw(sets),
        "do": draw(many(actions, 2)),
        "magnet": draw(pick(["", "", "gift", "gone"])),
        "promo": draw(pick(["", "", "", "code", "gone"])),
        "product": draw(pick(["", "drain", "gone"])),
        "media": draw(media),
        "say": draw(maybe(texts_)),
        "then": draw(many(actions, 1)),
    }
    branches = many(st.builds(Branch, target, conditions), 2)
    if kind == "ask":
        fields["ask"] = Ask(
            draw(texts_), draw(pick(["t", "n", "p", "e", "d", "f", "gone"])), draw(maybe(st.just(3.0))),
            draw(maybe(st.just(9.0))), draw(maybe(texts_)), draw(st.booleans()),
        )  # fmt: skip
        fields["to"] = draw(branches)
    if kind in ("ask", "choices"):
        fields["choices"] = draw(many(choices(target), 3))
    if kind in ("ask", "choices", "wait"):
        fields["silence"] = draw(many(silences(target), 2))
    if kind == "wait":
        fields["wait_s"] = draw(pick([0.0, 60.0, 1e12]))
    if kind in ("to", "wait"):
        fields["to"] = draw(branches)
    if kind == "handoff":
        fields["handoff"] = draw(handoffs(target))
    if kind == "split":
        fields["split"] = draw(st.dictionaries(pick(NAMES), pick([0.0, 1.0, 3.0, -1.0]), min_size=1, max_size=3))
    fields["end"] = kind == "end"
    return Step(tunnel_name, name, key(tunnel_name, name), **fields)


HEARD = ["paid", "cart", "message.read"]


@st.composite
def rules(draw, tunnel_name, event):
    target = targets((tunnel_name, "t", "u"))
    rungs = [
        Rung(
            after_s, key(tunnel_name, event, str(position)), draw(maybe(texts_)), draw(many(choices(target), 2)),
            draw(pick(["", "code", "gone"])), draw(pick([(), (), ("web",), ("vk", "telegram")])),
            draw(pick([None, None, frozenset({1})])), draw(maybe(target)), draw(conditions), draw(media),
        )
        for position, after_s in enumerate(draw(st.lists(pick([0.0, 60.0, 90000.0]), max_size=3)))
    ]  # fmt: skip
    return EventRule(
        event, tunnel_name, draw(st.booleans()), draw(pick(["", "paid", "other"])), draw(conditions), draw(sets),
        draw(many(actions, 1)), draw(pick(["", "new", "won", "lost", "gone"])), "", draw(maybe(target)), tuple(rungs),
    )  # fmt: skip


@st.composite
def definitions(draw) -> Definition:
    made = []
    for tunnel_name in draw(pick([("t",), ("t", "u")])):
        names = NAMES[: draw(st.integers(1, len(NAMES)))]
        entry = Entry(Target(tunnel_name, draw(pick(names))), draw(pick(["", "link"])), draw(pick([(), ("сайдинг",)])))
        made.append(
            tunnel(
                *(draw(steps(tunnel_name, name)) for name in names),
                name=tunnel_name,
                stages=draw(pick([STAGES, TIMED])),
                enter=[entry, Entry(Target(tunnel_name, names[0]), event="form", when=draw(conditions))],
                events=[draw(rules(tunnel_name, event)) for event in draw(st.sets(pick(HEARD)))],
            )
        )
    shared = st.one_of(targets(("",), ("end", "resume")), targets())
    answers = st.builds(Answer, texts_, many(choices(shared), 2), maybe(handoffs(shared)), maybe(shared), media)
    return definition(
        *made,
        variables=VARIABLES,
        objections=[Objection("o", "", ("дорого",), tuple(draw(st.lists(answers, min_size=1, max_size=3))))],
        promos=[Promo("code", "X-{random:6}", "10%", 3600.0)],
        products=[Product("drain", "Водосток", 900.0, next=(Branch(Target("", "pipe")),)), Product("pipe", "Труба")],
        magnets=[Magnet("gift", "Гид", draw(maybe(texts_)), draw(maybe(st.just(MediaFile("document", "f.pdf")))))],
        queues={"sales": Queue("sales", "", OFFICE), "night": Queue("night", "")} if draw(st.booleans()) else {},
        language=draw(pick(["ru", "en"])),
        quiet=draw(
            pick([None, Quiet(time(21), time(9), frozenset({5})), Quiet(time(9), time(9), frozenset(range(7)))])
        ),
        frequency=draw(pick([None, Frequency(1, 86400.0), Frequency(0, 60.0)])),
    )


ADDRESSES = [Address("telegram", "b", "1"), Address("web", "s", "2")]
addresses = pick(ADDRESSES)
times = st.one_of(st.floats(1.7e9, 1.8e9), pick([0.0, -1.0, math.nan, math.inf, -math.inf, 1e300, 1.7e9, 1e11, 2e11]))
words = st.one_of(
    pick(["Да", "2", "1", "дорого", "стоп", "назад", "оператор", "сайдинг", "link", "/start", "/start link", "начать",
          "120", "8 912 345-67-89", "a@b.ru", "завтра", "t", "показать расрочку", "", " "]),
    st.text(max_size=30),
    st.text(min_size=600, max_size=900),
)  # fmt: skip
tokens = st.one_of(st.text(max_size=12), st.builds(
    lambda visit, step_key, choice: f"{visit}.{step_key}.{choice}",
    pick(["1", "2", "3", "zz", "", "-1", "é"]),
    pick(
        [key(name, each) for name in "tu" for each in NAMES]
        + [key(name, event, str(rung)) for name in "tu" for event in HEARD for rung in range(2)]
        + ["ended", "", "objobj"]
    ),
    pick([key(label.source) for label in LABELS] + ["again", "people", ""]),
))  # fmt: skip
files = many(st.builds(File, kind=pick(["image", "voice", "sticker", "location"]), ref=words), 2)
profiles = maybe(
    st.builds(
        Profile, name=words, sex=pick(["", "female", "male"]), timezone=pick(["", "Asia/Omsk", "../x", "America"])
    )
)
customer = {"id": st.just("e"), "at": times, "sent_at": times, "address": addresses, "profile": profiles}
operator = {
    "id": st.just("e"),
    "at": times,
    "operator": pick(["", "i", "p"]),
    "operator_name": words,
    "version": maybe(st.integers(0, 2)),
}
names_ = st.one_of(pick(["a", "b", "t", "u", "o", "end", ""]), st.text(max_size=5))
values = st.one_of(words, times, st.booleans(), st.lists(words, max_size=2))
timers = st.one_of(
    st.builds(lambda visit, index: f"s:{visit}:{index}", st.integers(-1, 9), st.integers(-1, 3)),
    st.builds(lambda visit: f"w:{visit}", st.integers(-1, 9)),
    pick(["d:t", "d:u", "d:gone"]),
    st.builds(lambda number, rung: f"l:{number}:{rung}", st.integers(-1, 4), st.integers(-2, 3)),
    words,
)
names_ = st.one_of(pick(["a", "b", "t", "u", "o", "end", ""]), st.text(max_size=5))
carried = st.dictionaries(
    st.one_of(pick(["total", "stage", "tunnel", "product", "link", "currency"]), names_),
    st.one_of(words, times, st.booleans(), st.lists(words, max_size=2), pick(["t", "new", "won", "drain"])),
    max_size=4,
)
EVENTS = {
    Text: st.builds(Text, text=words, **customer),
    Press: st.builds(Press, token=tokens, label=words, ack=pick(["", "k"]), **customer),
    Start: st.builds(Start, ref=st.one_of(pick(["", "link", "t", "u"]), words), **customer),
    Phone: st.builds(Phone, phone=words, own=st.booleans(), **customer),
    Attachment: st.builds(Attachment, files=files, text=words, group=pick(["", "g"]), **customer),
    Denied: st.builds(Denied, **customer),
    Allowed: st.builds(Allowed, **customer),
    Receipt: st.builds(Receipt, message_id=words, status=pick(["sent", "read", "failed"]), **customer),
    Colleague: st.builds(Colleague, text=words, operator=words, **customer),
    Take: st.builds(Take, force=st.booleans(), **operator),
    Say: st.builds(Say, text=words, files=files, **operator),
    Release: st.builds(Release, step=st.one_of(pick(["", "a", "t/b", "u"]), words), **operator),
    Close: st.builds(Close, **operator),
    MoveStage: st.builds(
        MoveStage,
        tunnel=pick(["", "t", "u", "gone"]),
        stage=pick(["new", "won", "lost", "gone"]),
        reason=words,
        **operator,
    ),
    Assign: st.builds(Assign, to=pick(["", "i", "p"]), to_name=words, **operator),
    Snooze: st.builds(Snooze, until=times, **operator),
    Note: st.builds(Note, text=words, **operator),
    SendStep: st.builds(SendStep, tunnel=names_, step=names_, **operator),
    SetVariable: st.builds(
        SetVariable, name=pick(["t", "n", "p", "e", "d", "f", "gone"]), value=maybe(values), **operator
    ),
    SetDetail: st.builds(SetDetail, detail=pick(["name", "phone", "email"]), value=words, **operator),
    Tags: st.builds(Tags, add=many(names_, 2), remove=many(names_, 2), **operator),
    AddTask: st.builds(AddTask, title=words, of=words, due_at=times, **operator),
    EndTask: st.builds(EndTask, task=words, **operator),
    Timer: st.builds(Timer, id=st.just("e"), at=times, timer=timers, due_at=times),
    Trigger: st.builds(
        Trigger,
        id=st.just("e"),
        at=times,
        data=carried,
        name=st.one_of(pick([*HEARD, "form", "link.clicked", "stage.changed"]), words),
    ),
}
events = st.one_of(*EVENTS.values())
facts = st.builds(Facts, now=times, desk=st.booleans(), seed=st.integers(0, 2**63))
counts = st.integers(-(2**63), 2**64 - 1)
sessions = st.builds(
    Session,
    contact=names_,
    address=maybe(addresses),
    mode=pick(["bot", "queued", "operator", "stopped", "blocked", "nonsense"]),
    mode_before=pick(["bot", "queued", "operator", "stopped", "blocked"]),
    epoch=st.integers(0, 2**40),
    queue=names_,
    operator=names_,
    tunnel=names_,
    step=names_,
    visit=counts,
    visit_at=times,
    ended=st.booleans(),
    told_ended=st.booleans(),
    variables=st.dictionaries(pick(["t", "n", "p", "e", "d", "f", "gone", "name"]), values, max_size=4),
    tags=st.lists(names_, max_size=3),
    stages=st.dictionaries(names_, names_, max_size=3),
    pending=maybe(
        st.builds(Pending, names_, counts, pick(["", "", *(key("t", event, "0") for event in HEARD), "gone"]))
    ),
    arms=st.dictionaries(pick([key("t", name) for name in NAMES]), names_, max_size=2),
    promos=st.dictionaries(pick(["code", "gone"]), st.tuples(names_, times), max_size=2),
    ladders=st.lists(
        st.builds(
            Ladder,
            st.integers(1, 4),
            pick(["t", "u", "gone"]),
            pick([*HEARD, "gone", "stage.changed"]),
            times,
            st.integers(-2, 4),
            carried,
        ),
        max_size=3,
    ),
    ladder_count=st.integers(0, 9),
    taken=st.lists(st.integers(0, 4), max_size=3),
    events=st.dictionaries(pick(["t", "u", "gone"]), carried, max_size=2),
    kept=st.lists(st.builds(Kept, pick([*HEARD, "form", "gone", "stage.changed"]), times, carried), max_size=3),
    addresses=st.dictionaries(pick(["vk", "web"]), addresses, max_size=2),
    parked=st.dictionaries(pick(["t", "u", "gone"]), st.tuples(pick([*NAMES, "gone"]), times).map(list), max_size=2),
    raised=st.dictionaries(names_, counts, max_size=2),
    granted=st.lists(names_, max_size=2),
    timers=st.dictionaries(timers, counts, max_size=3),
    waiting=st.dictionaries(timers, counts, max_size=2),
    proactive=st.lists(counts, max_size=4),
    stage_at=st.dictionaries(names_, counts, max_size=2),
    next_step=names_,
    given_name=names_,
    version=st.integers(0, 2),
    snoozed_until=times,
    last_text=counts,
    last_text_at=times,
    last_press=counts,
    last_press_at=times,
    last_album=pick(["", "g"]),
    keyboard_open=st.booleans(),
    told_queue=times,
    visits=st.dictionaries(names_, counts, max_size=2),
    won=st.lists(names_, max_size=2),
    history=st.lists(st.one_of(pick([key("t", name) for name in NAMES]), names_), max_size=12),
    offered=counts,
)
unhurried = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def test_every_kind_of_event_is_generated():
    assert set(EVENTS) == set(HANDLERS)


def _check(before: Session, event, result: Turn) -> None:
    """What holds of every single turn."""
    sends = [effect for effect in result.effects if isinstance(effect, Send)]
    bot = [effect for effect in sends if effect.by == "bot"]
    entered = [effect for effect in result.effects if isinstance(effect, Record) and effect.what == "entered"]
    assert len(entered) <= MAX_STEPS
    assert not any(effect.message.startswith(BROKEN) for effect in result.effects if isinstance(effect, Fault))
    wrote = isinstance(event, Text | Press | Start | Phone | Attachment)
    if before.mode in ("stopped", "blocked") and not wrote:
        assert not bot
    if before.mode == "operator" and not isinstance(event, Release):
        assert len(bot) <= 1  # the confirmation of a stop
        assert not bot or result.session.mode == "stopped"
    if isinstance(event, Take | Say | Close | Colleague | Denied | Allowed):
        assert not bot
    if isinstance(event, Timer) and before.mode != "bot":
        assert all(isinstance(effect, Record | Arm) for effect in result.effects)
    if isinstance(event, Press) and event.ack:
        assert isinstance(result.effects[0], Acknowledge)
    _check_order(result)
    for send in sends:
        assert send.message.text.plain or send.message.media or send.message.buttons
        assert not send.message.buttons or send.message.text.plain
        for button in send.message.buttons:
            assert button.label
            assert bool(button.token) != bool(button.link)
            assert button.token.isascii()
            assert len(button.token) <= 40
        for span in send.message.text.spans:
            assert 0 <= span.start < span.start + span.length <= len(send.message.text.plain)
    _check_timers(before, result)


def _check_order(result: Turn) -> None:
    """Acknowledgement, then echo, then everything that the customer and the operators see."""
    kinds = [type(effect) for effect in result.effects]
    if Acknowledge in kinds:
        assert kinds.index(Acknowledge) == 0
    if Echo in kinds:
        # Behind the acknowledgement, a touch and the ladders that the answer stopped.
        assert {Send, Desk, Arm, Fault}.isdisjoint(kinds[: kinds.index(Echo)])


def _check_timers(before: Session, result: Turn) -> None:
    """The session knows exactly the timers that are armed."""
    armed = list(before.timers)
    for effect in result.effects:
        if isinstance(effect, Cancel):
            armed = [timer for timer in armed if timer != effect.timer]
        elif isinstance(effect, Arm):
            assert math.isfinite(effect.at)
            armed.append(effect.timer)
    assert set(result.session.timers) <= set(armed)
    if result.session.mode != "bot":
        left = _of_visits(result.session)
        assert not left or left == _of_visits(before)


def _of_visits(session: Session) -> dict[str, int]:
    return {timer: at for timer, at in session.timers.items() if kind_of(timer) in VISIT}


def _turn(made: Definition, session: Session, event, known: Facts) -> Turn:
    """A turn as the worker makes it: with the promo codes that it needs, where some are left."""
    for _ in range(100):
        result = turn(made, session, event, known)
        if isinstance(result, Turn):
            return result
        assert result.key not in known.grants
        grant = Grant("CODE", 1.75e9) if known.seed % 3 else Grant()
        known = msgspec.structs.replace(known, grants={**known.grants, result.key: grant})
    raise AssertionError("a turn needs no end of codes")


@unhurried
@given(definitions(), sessions, events, facts)
def test_any_event_in_any_session_gives_a_turn(made, session, event, known):
    before = deepcopy(session)
    result = _turn(made, session, event, known)
    assert _same(session, before), "the given session was changed"
    again = _turn(made, deepcopy(before), event, known)
    assert _same(result, again), "the same arguments gave another turn"
    _check(before, event, result)


def _same(one, other) -> bool:
    """Equal as stored: NaN equals itself there. (Copies, for a default is left out only if it is the very default.)"""
    return msgspec.msgpack.encode(deepcopy(one)) == msgspec.msgpack.encode(deepcopy(other))


@unhurried
@given(definitions(), st.lists(st.tuples(events, facts), max_size=15))
def test_any_conversation_goes_on_through_the_store(made, happened):
    session = new_session("0" * 24)
    for event, known in happened:
        result = _turn(made, session, event, known)
        _check(session, event, result)
        blob = encode_session(result.session)
        session = decode_session(blob)
        assert encode_session(session) == blob
        assert len(session.history) <= 10
        assert len(session.parked) <= 2
        assert len(session.ladders) <= MAX_LADDERS
        assert {timer for timer in session.timers if kind_of(timer) == LADDER} == {
            rung_of(ladder.number, ladder.rung) for ladder in session.ladders
        }


@unhurried
@given(definitions(), definitions(), st.lists(st.tuples(events, facts), max_size=12))
def test_content_may_change_in_the_middle(one, other, happened):
    session = new_session("0" * 24)
    for at, (event, known) in enumerate(happened):
        result = _turn(one if at < len(happened) // 2 else other, session, event, known)
        _check(session, event, result)
        session = result.session


@unhurried
@given(definitions(), sessions, st.text(min_size=6, max_size=20), facts)
def test_faults_hold_none_of_a_customers_words(made, session, secret, known):
    secret = f"§{secret}§"
    session.variables = {"t": secret}
    event = Text(id="e", at=known.now, address=ADDRESSES[0], text=secret)
    result = _turn(made, session, event, known)
    told = [effect for effect in result.effects if isinstance(effect, Fault)]
    assert all(secret not in str(effect) for effect in told)


def test_a_definition_is_compiled_once():
    made = definition(tunnel(step("a", say=text("a"), end=True)))
    assert compiled(made) is compiled(made)
    assert compiled(definition(tunnel(step("a", say=text("a"), end=True)))) is not compiled(made)
