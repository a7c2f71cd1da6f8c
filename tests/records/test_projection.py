"""What turns leave in the tables; the same on both databases, and in one batch as in many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from records import Records
from records.tables import (
    Address,
    Consent,
    Contact,
    ContactTag,
    Conversation,
    Grant,
    Lead,
    LeadStage,
    Message,
    Note,
    Objection,
    OutsideEvent,
    Touch,
    Visit,
)
from tests.records.journal import ADDRESS, NOW, OLGA, Journal, entered, fate, left, record, send, start, text, turn
from tunnel.effects import Arm, Cancel, Desk, Record
from tunnel.events import (
    Allowed,
    Attachment,
    Close,
    Denied,
    File,
    Phone,
    Press,
    Receipt,
    SetDetail,
    Take,
    Timer,
    Trigger,
)

AT = datetime.fromtimestamp(NOW, UTC)
MINUTE = timedelta(minutes=1)


class Story:
    """Lines that are written in one batch, or each in a batch of its own: the tables must not tell which."""

    def __init__(self, journal: Journal, apart: bool) -> None:
        self.journal = journal
        self.apart = apart

    async def told(self, *lines: bytes) -> None:
        if self.apart:
            assert await self.journal.happened(*lines) == 0
        else:
            assert await self.journal.write(*(self.journal.entry(OLGA, line) for line in lines)) == 0


@pytest.fixture(params=[False, True], ids=["together", "apart"])
def story(records: Records, request: pytest.FixtureRequest) -> Story:
    return Story(Journal(records), request.param)


async def only(story: Story, model: type) -> dict:  # type: ignore[type-arg]
    (row,) = await story.journal.rows(model)
    return row


async def test_a_contact_is_who_the_channel_says(story: Story) -> None:
    await story.told(turn(start(name="Алёна")), turn(text("привет"), now=NOW + 60))
    contact = await only(story, Contact)
    assert (contact["name"], contact["name_folded"]) == ("Алёна", "алена")
    assert (contact["first_at"], contact["last_at"], contact["inbound_at"]) == (AT, AT + MINUTE, AT + MINUTE)
    address = await only(story, Address)
    assert (address["contact"], address["external_id"], address["reachable"]) == (OLGA, "7", True)
    assert (address["first_at"], address["last_at"]) == (AT, AT + MINUTE)


async def test_an_operator_s_name_stays_until_it_is_forgotten(story: Story) -> None:
    def corrected(value: str, given: bool) -> bytes:
        detail = record("detail", detail="name", value=value, given=given, operator="u1")
        return turn(SetDetail(id=f"d{value}", operator="u1", detail="name"), detail)

    await story.told(turn(start(name="Olya")), corrected("Ольга Ёлкина", given=True), turn(start("s2", name="Olya")))
    contact = await only(story, Contact)
    assert (contact["name"], contact["name_folded"], contact["renamed"]) == ("Ольга Ёлкина", "ольга елкина", True)
    await story.told(corrected("Olya", given=False), turn(start("s3", name="Olga")))
    contact = await only(story, Contact)
    assert (contact["name"], contact["renamed"]) == ("Olga", False)


async def test_a_touch_keeps_its_marks(story: Story) -> None:
    source = {"utm_source": "vk", "utm_campaign": "may", "gclid": "1"}
    await story.told(turn(start(), record("touch", ref="siding", source=source)))
    touch = await only(story, Touch)
    assert (touch["ref"], touch["utm_source"], touch["utm_campaign"], touch["source"]) == (
        "siding",
        "vk",
        "may",
        source,
    )


async def test_messages_are_kept_in_order_with_what_carries_them(story: Story) -> None:
    photo = Attachment(id="p1", address=ADDRESS, text="вот", files=(File(kind="image", ref="f", name="a.jpg"),))
    press = Press(id="b1", address=ADDRESS, token="1.a.b", label="Дом")
    await story.told(
        turn(start(ref="siding"), send("Здравствуйте"), sends=[(1, 1)]),
        turn(press, send("Сколько этажей?"), sends=[(2, 2)]),
        turn(photo),
    )
    messages = await story.journal.rows(Message)
    assert [(each["by"], each["kind"], each["text"]) for each in messages] == [
        ("customer", "start", ""),
        ("bot", "say", "Здравствуйте"),
        ("customer", "press", "Дом"),
        ("bot", "say", "Сколько этажей?"),
        ("customer", "attachment", "вот"),
    ]
    assert [(each["first_row"], each["last_row"]) for each in messages] == [
        *((None, None), (1, 1), (None, None), (2, 3), (None, None))
    ]
    assert messages[4]["details"]["files"][0]["name"] == "a.jpg"
    assert {each["conversation"] for each in messages} == {1}


@pytest.mark.parametrize(
    ("lines", "status", "reason", "external_id"),
    [
        ([], "queued", "", ""),
        ([fate("sent", 1, known_as="wamid.1")], "sent", "", "wamid.1"),
        ([fate("dropped", 1, why="taken over")], "dropped", "taken over", ""),
        ([fate("sent", 1, known_as="w1"), fate("sent", 2, known_as="w2")], "sent", "", "w1"),
        ([fate("sent", 1, known_as="w1"), fate("failed", 2, why="BadMessage")], "failed", "BadMessage", "w1"),
    ],
)
async def test_a_message_knows_what_became_of_it(
    story: Story, lines: list[bytes], status: str, reason: str, external_id: str
) -> None:
    await story.told(turn(start(), send("Здравствуйте"), sends=[(1, 2)]), *lines)
    _, message = await story.journal.rows(Message)
    assert (message["status"], message["reason"], message["external_id"]) == (status, reason, external_id)


async def test_receipts_may_come_in_any_order(story: Story) -> None:
    def receipt(status: str, **more: str) -> bytes:
        event = Receipt(id=status, address=ADDRESS, message_id="w1", status=status)  # type: ignore[arg-type]
        return turn(event, record("receipt", message_id="w1", status=status, error=more.get("error", "")))

    await story.told(
        turn(start(), send("Здравствуйте"), sends=[(1, 1)]),
        fate("sent", 1, known_as="w1"),
        receipt("read"),
        receipt("delivered"),
    )
    _, message = await story.journal.rows(Message)
    assert message["status"] == "read"
    await story.told(receipt("failed", error="131047"))
    _, message = await story.journal.rows(Message)
    assert (message["status"], message["reason"]) == ("failed", "131047")


async def test_a_channel_that_is_off_fails_the_message(story: Story) -> None:
    await story.told(turn(start(), send("Здравствуйте"), sends=[(1, 0)]))
    _, message = await story.journal.rows(Message)
    assert (message["status"], message["reason"]) == ("failed", "the channel is switched off")


async def test_visits_know_how_they_were_left(story: Story) -> None:
    await story.told(
        turn(start(), entered("hello", 1)),
        turn(text("дом"), left("hello", 1), entered("thanks", 2), entered("floors", 3), now=NOW + 60),
        turn(text("стоп"), record("ended", tunnel="siding", step="floors"), now=NOW + 90),
    )
    visits = await story.journal.rows(Visit)
    assert [(each["step"], each["left_by"], each["label"], each["led_to"], each["seconds"]) for each in visits] == [
        ("hello", "button", "Дом", "siding/thanks", 60.0),
        ("thanks", "onward", "", "siding/floors", 0.0),
        ("floors", "end", "", "", 30.0),
    ]
    contact = await only(story, Contact)
    assert (contact["step"], contact["visit"], contact["visit_left"]) == ("floors", 3, True)


async def test_a_lead_moves_along_the_stages(story: Story) -> None:
    def stage(before: str, after: str, reason: str = "", **more: float) -> bytes:
        move = record("stage", tunnel="siding", before=before, after=after, reason=reason)
        return turn(text("x"), move, **more)

    await story.told(
        turn(start()),
        stage("", "new"),
        stage("new", "choosing", now=NOW + 60),
        stage("choosing", "lost", "дорого", now=NOW + 120),
    )
    lead = await only(story, Lead)
    assert (lead["stage"], lead["moves"], lead["reason"], lead["since"]) == ("lost", 3, "дорого", AT + 2 * MINUTE)
    stays = await story.journal.rows(LeadStage)
    assert [(each["stage"], each["entered_at"], each["left_at"], each["led_to"]) for each in stays] == [
        ("new", AT, AT + MINUTE, "choosing"),
        ("choosing", AT + MINUTE, AT + 2 * MINUTE, "lost"),
        ("lost", AT + 2 * MINUTE, None, ""),
    ]


async def test_objections_are_won_back_by_the_last_answer(story: Story) -> None:
    def objection(name: str, answer: int) -> bytes:
        place = {"tunnel": "siding", "step": "hello"}
        return turn(text("дорого"), record("objection", name=name, answer=answer, by="text", **place))

    await story.told(
        turn(start()),
        objection("expensive", 0),
        objection("think", 0),
        objection("expensive", 1),
        turn(text("да"), record("won_back", name="expensive", answer=1, label="Рассрочка"), now=NOW + 60),
        objection("expensive", 0),
    )
    rows = await story.journal.rows(Objection)
    assert [(each["name"], each["answer"], each["won_at"], each["label"]) for each in rows] == [
        ("expensive", 0, None, ""),
        ("think", 0, None, ""),
        ("expensive", 1, AT + MINUTE, "Рассрочка"),
        ("expensive", 0, None, ""),
    ]


async def test_tags_are_put_on_and_taken_off(story: Story) -> None:
    await story.told(
        turn(start(), record("tagged", added=["дом", "vip"], removed=[])),
        turn(text("x"), record("tagged", added=["баня"], removed=["дом"])),
    )
    assert {each["tag"] for each in await story.journal.rows(ContactTag)} == {"vip", "баня"}


async def test_a_conversation_lasts_until_an_operator_closes_it(story: Story) -> None:
    def mode(before: str, after: str, operator: str = "") -> Record:
        return record("mode", before=before, after=after, operator=operator)

    take = Take(id="o1", operator="42", operator_name="Анна")
    handoff = Desk(kind="handoff", queue="sales", text="Хочет дом")
    await story.told(
        turn(start(), handoff, mode("bot", "queued")),
        turn(take, mode("queued", "operator", "42"), now=NOW + 60),
        turn(Close(id="o2", operator="42"), mode("operator", "bot"), now=NOW + 90),
        turn(text("ещё вопрос"), now=NOW + 3600),
    )
    conversations = await story.journal.rows(Conversation)
    assert [(each["number"], each["closed_at"], each["closed_by"]) for each in conversations] == [
        (1, AT + 1.5 * MINUTE, "42"),
        (2, None, ""),
    ]
    assert [each["conversation"] for each in await story.journal.rows(Message)] == [1, 2]
    note = await only(story, Note)
    assert (note["by"], note["text"]) == ("bot", "Хочет дом")


async def test_who_waits_since_when(story: Story) -> None:
    await story.told(turn(start(), record("mode", before="bot", after="queued", operator="")))
    assert (await only(story, Contact))["waiting_since"] == AT
    await story.told(turn(text("?"), record("mode", before="queued", after="operator", operator="42"), now=NOW + 60))
    contact = await only(story, Contact)
    assert (contact["waiting_since"], contact["mode"], contact["operator"]) == (None, "operator", "42")


async def test_blocks_and_permissions_are_consents(story: Story) -> None:
    await story.told(
        turn(start()),
        turn(Denied(id="d", address=ADDRESS, reason="403")),
        turn(Allowed(id="a", address=ADDRESS)),
        turn(text("стоп"), record("mode", before="bot", after="stopped", operator="")),
    )
    consents = await story.journal.rows(Consent)
    assert [(each["given"], each["how"]) for each in consents] == [
        (False, "403"),
        (True, "allowed"),
        (False, "stopped"),
    ]
    assert (await only(story, Address))["reachable"] is True


async def test_a_timer_armed_anew_while_it_was_on_its_way_is_still_armed(story: Story) -> None:
    await story.told(
        turn(start(), Arm(timer="s:1:0", at=NOW + 60)),
        turn(Close(id="c", operator="o1"), Arm(timer="s:1:0", at=NOW + 600)),
        turn(Timer(id="ti", timer="s:1:0", due_at=NOW + 60), record("ignored", why="late timer")),
    )
    assert (await only(story, Contact))["timers"] == {"s:1:0": NOW + 600}
    await story.told(turn(Timer(id="tj", timer="s:1:0", due_at=NOW + 600)))
    assert (await only(story, Contact))["timers"] == {}


async def test_phones_gifts_timers_and_news_from_outside(story: Story) -> None:
    await story.told(
        turn(start(), Arm(timer="1.0", at=NOW + 60), Arm(timer="1.1", at=NOW + 600), Arm(timer="1.2", at=NOW + 900)),
        turn(Phone(id="ph", address=ADDRESS, phone="79001234567", own=True), Cancel(timer="1.2")),
        turn(Timer(id="ti", timer="1.0", due_at=NOW + 60), record("granted", magnet="guide")),
        turn(Trigger(id="tr", name="cart", data={"sum": 100.5, "items": ["a"]})),
    )
    contact = await only(story, Contact)
    assert (contact["phone"], contact["timers"]) == ("+79001234567", {"1.1": NOW + 600})
    assert (await only(story, Grant))["magnet"] == "guide"
    event = await only(story, OutsideEvent)
    assert (event["name"], event["data"]) == ("cart", {"sum": 100.5, "items": ["a"]})
