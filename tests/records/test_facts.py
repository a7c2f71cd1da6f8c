"""What came from outside and what the tunnel made of it, as rows and as numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from records import Records
from records.identities import every_identity
from records.rebuild import rebuild
from records.report import Report, report
from records.tables import Contact, Fact, Lead, OutsideEvent, Payment
from tests.records.journal import NOW, OLGA, Journal, entered, left, record, start, text, turn
from tunnel.effects import Identify, Record
from tunnel.events import Timer, Trigger

UNTIL = datetime.fromtimestamp(NOW + 86400, UTC)


def person(number: int) -> str:
    return f"{number:024x}"


def trigger(name: str = "cart.abandoned", event_id: str = "e1", **data: Any) -> Trigger:
    return Trigger(id=event_id, at=NOW, name=name, data=data, origin="shop")


def ladder(did: str, rung: int = 0, why: str = "") -> Any:
    return record("ladder", tunnel="siding", event="cart.abandoned", rung=rung, did=did, why=why)


def acted(did: str) -> Any:
    return record("trigger", name="cart.abandoned", tunnel="siding", did=did, fields=["total"])


async def count(records: Records) -> Report:
    return await report(records.engine, "siding", UNTIL - timedelta(days=30), UNTIL, {})


async def test_events_and_their_ladders(records: Records) -> None:
    journal = Journal(records)
    timer = Timer(id="t", at=NOW, timer="ladder:1:0")
    for number, end in enumerate(("answer", "until", "")):
        who = person(number)
        await journal.happened(turn(trigger(total=5.0), acted("ladder"), ladder("started")), contact=who)
        await journal.happened(turn(timer, ladder("said")), contact=who)
        await journal.happened(turn(timer, ladder("said", 1)), contact=who)
        stopped = ladder("stopped", 1, end) if end else ladder("ended", 1)
        await journal.happened(turn(text("x"), stopped), contact=who)
    numbers = (await count(records)).outside.events["cart.abandoned"]
    assert (numbers.came, numbers.started, numbers.said, numbers.answered, numbers.won_back) == (3, 3, 6, 1, 1)
    assert numbers.rungs == {"0": 3, "1": 3}
    events = await journal.rows(OutsideEvent)
    assert [(row["name"], row["origin"], row["data"]) for row in events] == [
        ("cart.abandoned", "shop", {"total": 5.0})
    ] * 3


async def test_arms(records: Records) -> None:
    journal = Journal(records)
    for number, (arm, by) in enumerate(
        [("price", "press"), ("price", "silence"), ("payment", "text"), ("payment", "")]
    ):
        drawn = record("arm", tunnel="siding", step="estimate", arm=arm)
        await journal.happened(turn(start(), entered("estimate", 1), drawn, entered(arm, 2)), contact=person(number))
        if by:
            await journal.happened(turn(text("x"), left(arm, 2, by, "Да"), now=NOW + 60), contact=person(number))
    arms = (await count(records)).outside.arms
    assert [(one.step, one.arm, one.entered, one.went_on) for one in arms] == [
        ("estimate", "payment", 2, 1),
        ("estimate", "price", 2, 1),
    ]


async def test_promo_codes_given_and_used(records: Records) -> None:
    journal = Journal(records)
    for number in range(3):
        given = record("promo", promo="comeback", code=f"DOM-{number}" if number < 2 else "", until=NOW + 5)
        await journal.happened(turn(start(), entered("hello", 1), given), contact=person(number))
    used = trigger("promo.redeemed", promo="comeback", code="DOM-1", order="17", total=990.5)
    await journal.happened(turn(used), contact=person(1))
    (promo,) = (await count(records)).outside.promos
    assert (promo.promo, promo.given, promo.redeemed, promo.none_left, promo.total) == ("comeback", 2, 1, 1, 990.5)


async def test_what_was_held_and_what_was_opened(records: Records) -> None:
    journal = Journal(records)
    for why, until in (("quiet", NOW + 9), ("quiet", NOW + 9), ("frequency", 0.0)):
        held = Record(what="held", data={"what": "silence", "why": why, "until": until})
        await journal.happened(turn(start(), entered("hello", 1), held))
    await journal.happened(turn(trigger("link.clicked"), record("clicked", link="https://example.com")))
    outside = (await count(records)).outside
    assert outside.held == {("silence", "quiet"): 2, ("silence", "frequency"): 1}
    assert outside.links == {"https://example.com": 1}


async def test_money_is_the_leads_value(records: Records) -> None:
    def paid(value: float, currency: str = "RUB") -> Any:
        return record("money", tunnel="siding", value=value, currency=currency, product="")

    journal = Journal(records)
    stage = record("stage", tunnel="siding", before="", after="won", reason="")
    await journal.happened(turn(trigger("order.paid"), stage, paid(100.5)), turn(trigger("order.paid"), paid(50.0)))
    await journal.happened(
        turn(trigger("order.paid"), paid(9.0, "USD")), contact=person(2)
    )  # no lead: money all the same
    (lead,) = await journal.rows(Lead)
    assert float(lead["value"]) == 150.5
    money = {one.currency: (one.payments, one.people, one.total) for one in (await count(records)).outside.money}
    assert money == {"RUB": (2, 1, 150.5), "USD": (1, 1, 9.0)}
    await rebuild(records.engine, {})
    (lead,) = await journal.rows(Lead)
    assert float(lead["value"]) == 150.5
    assert len(await journal.rows(Payment)) == 3


async def test_every_other_fact_is_kept(records: Records) -> None:
    journal = Journal(records)
    await journal.happened(
        turn(
            start(),
            record("parked", tunnel="siding", step="area", did="left"),
            record("overdue", tunnel="siding", stage="offer", since=NOW - 5),
        )
    )
    told = [(row["what"], row["tunnel"], row["name"], row["did"]) for row in await journal.rows(Fact)]
    assert told == [("parked", "siding", "area", "left"), ("overdue", "siding", "offer", "")]


async def test_an_identity_is_the_contacts(records: Records) -> None:
    journal = Journal(records)
    await journal.happened(
        turn(text("x"), Identify(kind="phone", value="+79160000001"), Identify(kind="email", value="olga@example.com"))
    )
    (contact,) = await journal.rows(Contact)
    assert (contact["id"], contact["phone"], contact["email"]) == (OLGA, "+79160000001", "olga@example.com")


async def test_other_tunnels_and_earlier_times_do_not_count(records: Records) -> None:
    journal = Journal(records)
    other = record("trigger", name="cart.abandoned", tunnel="other", did="done", fields=[])
    await journal.happened(turn(trigger(), other), turn(trigger(), acted("done"), now=NOW - 40 * 86400))
    assert (await count(records)).outside.events == {}


async def test_identities_by_who_was_met_first(records: Records) -> None:
    journal = Journal(records)
    phone, email = Identify(kind="phone", value="+79160000001"), Identify(kind="email", value="olga@example.com")
    await journal.happened(turn(text("x"), phone, now=NOW + 5), contact=person(1))
    await journal.happened(turn(text("x"), phone, email), contact=person(2))
    await journal.happened(turn(text("x")), contact=person(3))
    assert [one async for page in every_identity(records.engine) for one in page] == [
        (person(2), "phone", "+79160000001"),
        (person(2), "email", "olga@example.com"),
        (person(1), "phone", "+79160000001"),
    ]
