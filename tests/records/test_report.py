"""Numbers of a period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from records import Records
from records.report import Report, report
from tests.records.journal import NOW, Journal, entered, left, record, start, text, turn

DAY = 86400.0
UNTIL = datetime.fromtimestamp(NOW + 3 * DAY, UTC)


def person(number: int) -> str:
    return f"{number:024x}"


async def count(records: Records, since: datetime = UNTIL - timedelta(days=30)) -> Report:
    return await report(records.engine, "siding", since, UNTIL, {"new": DAY})


async def test_steps(records: Records) -> None:
    journal = Journal(records)
    for number, (label, by, after_s) in enumerate(
        [("Дом", "press", 10.0), ("Дом", "text", 20.0), ("Баню", "press", 60.0), ("0", "silence", 3600.0)]
    ):
        first = turn(start(), entered("hello", 1))
        second = turn(text("x"), left("hello", 1, by, label), entered("floors", 2), now=NOW + after_s)
        await journal.happened(first, second, contact=person(number))
    await journal.happened(turn(start(), entered("hello", 1)), contact=person(9))
    numbers = await count(records)
    assert numbers.contacts == 5
    hello = numbers.steps["hello"]
    assert (hello.entered, hello.silent, hello.median_s) == (5, 2, 40.0)
    assert hello.left == {("press", "Дом"): 1, ("text", "Дом"): 1, ("press", "Баню"): 1, ("silence", "0"): 1}
    assert hello.led_to["siding/floors", "silence", "0"] == 1
    assert numbers.steps["floors"].silent == 4


async def test_who_is_with_people_is_not_silent(records: Records) -> None:
    journal = Journal(records)
    mode = record("mode", before="bot", after="queued", operator="")
    await journal.happened(turn(start(), entered("hello", 1), mode))
    assert (await count(records)).steps["hello"].silent == 0


async def test_stages(records: Records) -> None:
    def stage(before: str, after: str, now: float, reason: str = "") -> bytes:
        return turn(text("x"), record("stage", tunnel="siding", before=before, after=after, reason=reason), now=now)

    journal = Journal(records)
    await journal.happened(stage("", "new", NOW), stage("new", "offer", NOW + 100), contact=person(1))
    await journal.happened(stage("", "new", NOW), stage("new", "lost", NOW + 300, "дорого"), contact=person(2))
    await journal.happened(stage("", "new", NOW), contact=person(3))
    await journal.happened(stage("", "new", NOW + 2.5 * DAY), contact=person(4))
    stages = (await count(records)).stages
    new = stages["new"]
    assert (new.entered, new.here, new.overdue, new.median_s) == (4, 2, 1, 200.0)
    assert new.left == {"offer": 1, "lost": 1}
    assert stages["lost"].reasons == {"дорого": 1}
    assert (stages["offer"].here, stages["offer"].overdue) == (1, 0)


async def test_objections(records: Records) -> None:
    place = {"tunnel": "siding", "step": "hello", "by": "text"}
    journal = Journal(records)
    await journal.happened(
        turn(text("дорого"), record("objection", name="expensive", answer=0, **place)),
        turn(text("да"), record("won_back", name="expensive", answer=0, label="Рассрочка")),
        turn(text("дорого"), record("objection", name="expensive", answer=1, **place)),
    )
    told = [(one.name, one.answer, one.raised, one.won) for one in (await count(records)).objections]
    assert told == [("expensive", 0, 1, 1), ("expensive", 1, 1, 0)]


async def test_what_was_before_the_period_does_not_count(records: Records) -> None:
    await Journal(records).happened(turn(start(), entered("hello", 1)))
    assert (await count(records, UNTIL - timedelta(days=2))).steps == {}
