"""What a worker does in the store before a turn counts: codes reserved, identities known, links kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bots.content import Content
from bots.granting import ALPHABET, make_code
from bots.intake import Intake
from bots.links import Forged, Goal, LinkMaker, Signer, decode_goal, link_id, marked
from bots.rows import CallRow, decode_row
from bots.turns import Turner
from bots.worker import GRANTS_MOST, POISON_TRIES, Worker
from records.lines import decode_line
from state import Arrival, Claim, Store, Unavailable, identity_of
from tests.bots.conftest import Clock
from tests.bots.stage import ACCOUNT, NOW, RecordingChannel, address, contact, content, start, text
from tunnel.effects import Effect, Facts, Fault, Grant, Identify, Needs, Record, Send, Turn
from tunnel.events import Address, Event, Text, Trigger, encode_event
from tunnel.language.definition import Definition, Promo
from tunnel.messages import Button, Message
from tunnel.session import Session

Engine = Callable[[Definition, Session, Event, Facts], Turn | Needs]
PROMO = Promo(name="comeback", code="DOM-{random:6}", discount="10%", valid_s=3600.0, limit=2)
SIGNER = Signer(b"secret")


@pytest.fixture
def promoted(channel: RecordingChannel) -> Turner:
    definition = replace(content().definition, promos={"comeback": PROMO})
    maker = LinkMaker(SIGNER, "https://bot.example.com")
    return Turner(definition, {ACCOUNT: channel}, echo=lambda text, event_id: None, links=maker)  # type: ignore[arg-type, return-value]


@pytest.fixture
def worker(store: Store, promoted: Turner, channel: RecordingChannel, clock: Clock) -> Worker:
    return Worker("w1", store, lambda: promoted, {ACCOUNT: channel}, desk=False, clock=clock)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[Engine], None]:
    return lambda turn: monkeypatch.setattr("bots.turns.turn", turn)


def giving(*visits: int) -> Engine:
    """An engine that hands out a code for each of these visits, one need at a time, at every event."""

    def turn(definition: Definition, session: Session, event: Event, facts: Facts) -> Turn | Needs:
        for visit in visits:
            needs = Needs("comeback", visit)
            if needs.key not in facts.grants:
                return needs
        codes = [facts.grants[f"comeback:{visit}"] for visit in visits]
        return Turn(session, tuple(Record(what="promo", data={"code": given.code}) for given in codes))

    return turn


async def work(store: Store, worker: Worker) -> int:
    return await worker.handle(await store.claim("w1", 10))


async def journal(store: Store) -> list[Any]:
    """Every line of the journal, oldest first within a contact."""
    entries = [entry for number in range(store.partitions) for entry in await store.journal_read(number)]
    return [decode_line(line) for entry in entries for line in entry.lines]


async def test_a_turn_gets_the_codes_it_needs(
    store: Store, intake: Intake, worker: Worker, engine: Callable[[Engine], None]
) -> None:
    engine(giving(3, 4))
    await intake.accept_events("telegram", [start()])
    assert await work(store, worker) == 1
    (line,) = await journal(store)
    codes = [effect.data["code"] for effect in line.effects]
    assert all(re.fullmatch(f"DOM-[{ALPHABET}]{{6}}", code) for code in codes)
    assert len(set(codes)) == 2
    assert line.facts.grants == {
        "comeback:3": Grant(codes[0], NOW + 3600),
        "comeback:4": Grant(codes[1], NOW + 3600),
    }


async def test_a_turn_run_again_gets_the_same_code(
    store: Store, intake: Intake, worker: Worker, engine: Callable[[Engine], None]
) -> None:
    engine(giving(3))
    await intake.accept_events("telegram", [start()])
    slow = await store.claim("slow", 10)
    assert await worker.handle(await store.recover(min_idle_ms=0)) == 1
    assert await worker.handle(slow) == 0  # fenced, and no second code is gone
    first = (await journal(store))[0].effects[0].data["code"]
    given = await store.reserve_promo("comeback", "somebody", 1, codes=["X"], discount="", valid_s=1, limit=2)
    assert given is not None
    assert given.code == "X"
    again = await store.reserve_promo("comeback", contact(), 3, codes=["Y"], discount="", valid_s=1, limit=2)
    assert again is not None
    assert again.code == first


async def test_when_none_is_left_the_turn_goes_on(
    store: Store, intake: Intake, worker: Worker, engine: Callable[[Engine], None]
) -> None:
    engine(giving(1, 2, 3))
    await intake.accept_events("telegram", [start()])
    assert await work(store, worker) == 1
    codes = [effect.data["code"] for effect in (await journal(store))[0].effects]
    assert [bool(code) for code in codes] == [True, True, False]


async def test_two_events_of_one_claim_each_have_their_own(
    store: Store, intake: Intake, worker: Worker, engine: Callable[[Engine], None]
) -> None:
    engine(giving(1))
    await intake.accept_events("telegram", [start(), text("t1", "x")])
    assert await work(store, worker) == 1
    first, second = await journal(store)
    assert first.facts.grants == second.facts.grants != {}  # the same visit, the same code


async def test_a_turn_that_never_has_enough_is_set_aside(
    store: Store, intake: Intake, worker: Worker, engine: Callable[[Engine], None]
) -> None:
    engine(giving(*range(GRANTS_MOST + 1)))
    await intake.accept_events("telegram", [start()])
    assert await work(store, worker) == 0
    for _ in range(POISON_TRIES - 1):
        await worker.handle(await store.recover(min_idle_ms=0))
    (letter,) = await store.dead_letters()
    assert letter.where == "turn"


async def test_nothing_is_lost_when_redis_goes_while_a_code_is_reserved(
    store: Store, intake: Intake, worker: Worker, engine: Callable[[Engine], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*args: Any, **more: Any) -> None:
        raise Unavailable("Redis is away")

    engine(giving(1))
    await intake.accept_events("telegram", [start()])
    with monkeypatch.context() as broken:
        broken.setattr(store, "reserve_promo", away)
        with pytest.raises(Unavailable):
            await work(store, worker)
    assert await worker.handle(await store.recover(min_idle_ms=0)) == 1


def test_codes_are_hard_to_misread() -> None:
    code = make_code("sale-{random:40}")
    assert re.fullmatch(r"SALE-[2-9A-HJKMNP-Z]{40}", code)
    assert make_code("sale-{random:40}") != code


async def test_an_identity_brings_what_waited_for_it(
    store: Store, intake: Intake, worker: Worker, engine: Callable[[Engine], None]
) -> None:
    phone = identity_of("phone", "+79160000001")
    paid = Trigger(id="api:shop:1", name="order.paid")
    await store.arrive([Arrival(paid.id, encode_event(paid), identity=phone)])
    seen: list[str] = []

    def turn(definition: Definition, session: Session, event: Event, facts: Facts) -> Turn:
        seen.append(event.id)
        told = Identify(kind="phone", value="+79160000001")
        return Turn(session, () if isinstance(event, Trigger) else (told,))

    engine(turn)
    await intake.accept_events("telegram", [start()])
    assert await work(store, worker) == 1
    assert await work(store, worker) == 1
    assert seen == ["s1", "api:shop:1"]
    assert await store.contact_of(phone) == contact()


def sending(*links: str) -> Engine:
    def turn(definition: Definition, session: Session, event: Event, facts: Facts) -> Turn:
        entered = Record(what="entered", data={"tunnel": "siding", "step": "price", "visit": 1})
        buttons = (Button("Да", token="t"), *(Button("Работы", link=link) for link in links))
        return Turn(session, (entered, Send(address=address(), message=Message(buttons=buttons))))

    return turn


async def test_links_go_out_through_us_and_lead_where_the_content_says(
    store: Store, intake: Intake, promoted: Turner, worker: Worker, engine: Callable[[Engine], None]
) -> None:
    engine(sending("https://example.com/works?a=1#top"))
    await intake.accept_events("telegram", [start()])
    (claim,) = await store.claim("w1", 10)
    kept_before_commit: list[bool] = []
    real = store.commit

    async def commit(commits: Sequence[Any]) -> list[bool]:
        goal = Goal(
            "https://example.com/works?a=1&utm_source=telegram&utm_medium=messenger&utm_campaign=siding"
            "&utm_content=price#top",
            "https://example.com/works?a=1#top",
            "Работы",
        )
        stored = await store.link(link_id(goal))
        assert stored is not None
        kept_before_commit.append(decode_goal(stored) == goal)
        (row,) = commits[0].outgoing
        sent = decode_row(row.blob)
        assert isinstance(sent, CallRow)
        url = sent.call.params["buttons"]
        assert url == [{"label": "Да", "token": "t"}, {"label": "Работы", "token": ""}]
        return await real(commits)

    store.commit = commit  # type: ignore[method-assign]
    await worker.handle([claim])
    assert kept_before_commit == [True]


def outgoing_links(
    turner: Turner, claim: Claim, monkeypatch: pytest.MonkeyPatch, channel: RecordingChannel
) -> list[str]:
    from bots.turns import Outside

    sent: list[Message] = []
    real = channel.render
    monkeypatch.setattr(channel, "render", lambda to, message, **more: sent.append(message) or real(to, message))
    turner.handle(claim, Outside(NOW, desk=False), {})
    return [button.link for button in sent[0].buttons if button.link]


async def test_each_contact_has_a_link_of_its_own(
    store: Store,
    intake: Intake,
    promoted: Turner,
    channel: RecordingChannel,
    engine: Callable[[Engine], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine(sending("https://example.com/works", "mailto:shop@example.com"))
    await intake.accept_events("telegram", [start(), start("s2", "8")])
    found = {}
    for claim in await store.claim("w1", 10):
        link, mail = outgoing_links(promoted, claim, monkeypatch, channel)
        assert mail == "mailto:shop@example.com"
        found[claim.contact] = SIGNER.read(link.removeprefix("https://bot.example.com/l/"))
    assert {contact for contact, _ in found.values()} == set(found) == {contact(), contact("8")}
    assert len({link for _, link in found.values()}) == 1


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://e.com", "https://e.com?utm_source=vk&utm_content=a+b"),
        ("https://e.com/?q=%D1%8F&x", "https://e.com/?q=%D1%8F&x&utm_source=vk&utm_content=a+b"),
        ("https://e.com/?utm_source=own", "https://e.com/?utm_source=own&utm_content=a+b"),
        ("https://e.com/?UTM_SOURCE=&utm_content=c#x", "https://e.com/?UTM_SOURCE=&utm_content=c#x"),
    ],
)
def test_marks_are_added_where_there_are_none(link: str, expected: str) -> None:
    assert marked(link, {"utm_source": "vk", "utm_campaign": "", "utm_content": "a b"}) == expected


def test_only_our_tokens_are_read() -> None:
    token = SIGNER.token("ab" * 12, "cd" * 8)
    assert len(token) == 40
    assert SIGNER.read(token) == ("ab" * 12, "cd" * 8)
    forged = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "B" + token[1:],
        token[:-1],
        token + "A",
        "я" * 40,
        "",
        "=" * 40,
    ]
    for bad in (*forged, Signer(b"other").token("ab" * 12, "cd" * 8)):
        with pytest.raises(Forged):
            SIGNER.read(bad)


async def test_failures_of_the_content_are_counted(
    store: Store, intake: Intake, worker: Worker, promoted: Turner, engine: Callable[[Engine], None]
) -> None:
    effects: tuple[Effect, ...] = (Fault(where="siding/price", message="division by zero"),)
    engine(lambda definition, session, event, facts: Turn(session, effects))
    await intake.accept_events("telegram", [start(), text("t1", "x")])
    await work(store, worker)
    (fault,) = await store.faults(promoted.definition.revision)
    assert (fault.where, fault.message, fault.count) == ("siding/price", "division by zero", 2)


FORM = """
tunnel: t
start: hello
enter: [{event: form.submitted, when: event.form == "siding", to: area}]
steps:
  hello: {say: Что облицовываем?, choices: [{label: Дом, to: area}]}
  area: {say: Сколько метров?, choices: [{label: Сто, to: end}]}
"""


@pytest.mark.parametrize(
    ("form", "said"),
    [("siding", ["Сколько метров?"]), ("another", ["Что облицовываем?"]), ("", ["Что облицовываем?"])],
    ids=["an event leads", "an event that leads nowhere", "no event"],
)
async def test_in_whatsapp_an_event_that_waited_decides_where_a_newcomer_begins(
    store: Store, intake: Intake, channel: RecordingChannel, clock: Clock, tmp_path: Path, form: str, said: list[str]
) -> None:
    (tmp_path / "tunnels").mkdir()
    (tmp_path / "settings.yaml").write_text("company: Фасад\nlanguage: ru\ndefault: t\n")
    (tmp_path / "tunnels" / "t.yaml").write_text(FORM)
    channel.name = "whatsapp"  # type: ignore[misc]
    turner = Turner(Content.load(tmp_path).definition, {"whatsapp:1": channel}, echo=lambda text, event_id: None)  # type: ignore[arg-type, return-value, dict-item]
    worker = Worker("w1", store, lambda: turner, {"whatsapp:1": channel}, desk=False, clock=clock)
    if form:
        event = Trigger(id="api:site:1", at=NOW, name="form.submitted", data={"form": form})
        waits = Arrival(event.id, encode_event(event), identity=identity_of("phone", "+79160000001"))
        assert await store.arrive([waits]) == ["accepted"]
    met = Address("whatsapp", "1", "79160000001")
    await intake.accept_events("whatsapp", [Text(id="wa:1", at=NOW, address=met, text="Здравствуйте")])
    while await work(store, worker):
        pass
    sends = [effect for line in await journal(store) for effect in line.effects if isinstance(effect, Send)]
    assert [send.message.text.plain for send in sends] == said
