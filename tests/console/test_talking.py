"""Lists, threads, cards and commands, over the real road from a customer's word to a row of the records."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64encode

import pytest

from console.remedies import remedy_for
from console.talk import window_of
from state import identity_of
from tests.bots.stage import contact
from tests.console.stand import NOW, Browser, Stand
from tests.console.world import World, do
from tunnel.events import Address, Denied
from tunnel.session import Session


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def test_from_a_customer_s_word_to_the_operator_and_back(world: World, ivan: Browser, olga: Browser) -> None:
    who = await world.starts("7")
    assert (await ivan.get("/inbox"))["rows"] == []
    (row,) = (await ivan.get("/inbox", view="bot"))["rows"]
    assert (row["name"], row["channel"], row["mode"], row["last_by"]) == ("Ольга", "telegram", "bot", "bot")
    await world.writes("7", "оператор")
    (row,) = (await ivan.get("/inbox"))["rows"]
    assert (row["mode"], row["unread"], row["owner"]) == ("queued", 1, None)
    assert row["waiting_since"] is not None
    assert await ivan.get("/inbox/counts") == {"waiting": 1, "mine": 0, "unassigned": 1, "bot": 0, "all": 1}
    async with world.alive():
        taken = await do(ivan, who, "take", version=row["version"])
        assert (taken["known"], taken["owner"]["name"], taken["on_the_wire"]) == (True, "Ivan", [])
        late = await do(olga, who, "take", 409, version=row["version"])
        assert (late["error"], late["owner"]["name"], late["version"]) == ("version", "Ivan", taken["version"])
        held = await do(olga, who, "take", 409, version=taken["version"])
        assert (held["error"], held["message"]) == ("held", "Ivan holds this conversation")
        said = await do(ivan, who, "say", version=taken["version"], text="Здравствуйте, чем помочь?")
        released = await do(ivan, who, "release", version=said["version"])
        assert (released["mode"], released["owner"]) == ("bot", None)
    await world.project()
    items = (await ivan.get(f"/conversations/{who}/thread"))["items"]
    mine = next(item for item in items if item["item"] == "message" and item["by"] == "operator")
    assert (mine["text"], mine["operator"]["name"]) == ("Здравствуйте, чем помочь?", "Ivan")
    kinds = [item["kind"] for item in items if item["item"] == "act"]
    assert kinds[0] == "touch"
    assert "entered" in kinds
    modes = [item["data"] for item in items if item["item"] == "act" and item["kind"] == "mode"]
    assert [(mode["before"], mode["after"]) for mode in modes] == [
        ("bot", "queued"), ("queued", "operator"), ("operator", "bot"),
    ]  # fmt: skip
    assert [item["at"] for item in items] == sorted(item["at"] for item in items)


async def test_who_blocks_the_bot_stays_with_their_operator_until_closed(
    world: World, ivan: Browser, olga: Browser
) -> None:
    who = await world.starts("7")
    async with world.alive():
        taken = await do(ivan, who, "take", version=0)
    await world.happens(Denied(id="d1", at=world.stand.clock(), address=Address("telegram", "1", "7")))
    state = await ivan.get(f"/conversations/{who}")
    assert (state["mode"], state["owner"], state["window"]["reason"]) == ("blocked", taken["owner"], "blocked")
    (row,) = (await ivan.get("/inbox", view="mine"))["rows"]
    assert (row["id"], row["owner"]) == (who, taken["owner"])
    assert (await ivan.get("/inbox/counts"))["mine"] == 1
    async with world.alive():
        held = await do(olga, who, "take", 409, version=state["version"])
        assert (held["message"], held["owner"]) == ("Ivan holds this conversation", taken["owner"])
        closed = await do(ivan, who, "close", version=state["version"])
        assert (closed["mode"], closed["owner"]) == ("blocked", None)
    await world.project()
    assert (await ivan.get("/inbox", view="mine"))["rows"] == []
    await world.writes("7", "Я снова здесь")
    assert (await ivan.get(f"/conversations/{who}"))["mode"] == "bot"


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("taken over", "Not sent"),
        ("taken over while it was being sent", "it may have arrived"),
        ("VK error 901", "try another channel or call"),
        ("VK error 18", "try another channel or call"),
        ("WhatsApp error 131026", "try another channel or call"),
        ("the person cannot be reached: Forbidden: user is deactivated", "try another channel or call"),
        ("WhatsApp error 131047", "The 24 hours are over"),
        ("VK error 914", "write again"),
    ],
)
def test_what_can_be_done_about_a_message_that_did_not_arrive(reason: str, says: str) -> None:
    assert says in remedy_for("failed", reason, "en")
    assert remedy_for("failed", reason, "ru")
    assert remedy_for("sent", reason, "en") == ""


async def test_a_command_sent_again_is_done_once_and_answered_alike(world: World, ivan: Browser) -> None:
    who = await world.starts("7")
    async with world.alive():
        taken = await do(ivan, who, "take", version=0)
        body = {"id": "the-same-command", "version": taken["version"], "text": "Один раз"}
        answers = await asyncio.gather(*(ivan.post(f"/conversations/{who}/say", body) for _ in range(5)))
        assert all(answer == answers[0] for answer in answers)
    await world.project()
    items = (await ivan.get(f"/conversations/{who}/thread"))["items"]
    assert [item["text"] for item in items if item.get("by") == "operator"] == ["Один раз"]


async def test_an_id_of_another_conversation_s_command_is_refused(world: World, ivan: Browser) -> None:
    first, second = await world.starts("7"), await world.starts("8")
    async with world.alive():
        await do(ivan, first, "take", id="command-same", version=0)
        assert (await do(ivan, second, "take", 400, id="command-same", version=0))["field"] == "id"
    assert (await world.session("8")).mode == "bot"


async def test_what_nobody_waits_for_is_not_put_off(world: World, ivan: Browser) -> None:
    who = await world.starts("7")
    async with world.alive():
        refusal = await do(ivan, who, "snooze", 409, version=0, until="2030-01-01T00:00:00Z")
        assert (refusal["error"], refusal["mode"]) == ("nothing", "bot")
        await do(ivan, who, "snooze", version=0, until=None)


async def test_of_a_thousand_double_takes_exactly_one_wins_each(world: World, ivan: Browser, olga: Browser) -> None:
    people = [str(number) for number in range(1000)]
    await world.happens(*(_start(person) for person in people))
    # One address asks no more often than a browser does: some at a time.
    room = asyncio.Semaphore(25)

    async def race(person: str) -> list[int]:
        async with room:
            body = {"id": f"race-{person}-1", "version": 0}
            answers = await asyncio.gather(
                *(each.call("POST", f"/conversations/{contact(person)}/take", body) for each in (ivan, olga))
            )
            winner = next(answer for answer in answers if answer.status == 200)
            loser = next(answer for answer in answers if answer.status == 409)
            assert loser.body["owner"] == winner.body["owner"]
            assert loser.body["version"] == winner.body["version"] == 1
            return sorted(answer.status for answer in answers)

    async with world.alive():
        assert await asyncio.gather(*map(race, people)) == [[200, 409]] * len(people)
        assert {(await world.session(person)).epoch for person in people} == {1}


def _start(person: str):
    from tests.bots.stage import start

    return start(f"race-{person}", person)


async def test_who_has_waited_longest_is_first_and_pages_lose_nobody(world: World, stand: Stand, ivan: Browser) -> None:
    for number in range(12):
        await world.starts(f"p{number}")
        await world.writes(f"p{number}", "оператор" if number % 3 else "Дом")
        stand.clock.now += 60
    everybody: list[str] = []
    cursor = ""
    while True:
        page = await ivan.get("/inbox", view="all", limit=5, cursor=cursor)
        everybody += [row["id"] for row in page["rows"]]
        cursor = page["next"]
        if not cursor:
            break
    waiting = [contact(f"p{number}") for number in range(12) if number % 3]
    talking = [contact(f"p{number}") for number in reversed(range(12)) if not number % 3]
    assert everybody == waiting + talking
    first = (await ivan.get("/inbox", limit=3))["rows"]
    assert [row["id"] for row in first] == waiting[:3]
    async with world.alive():
        until = "2030-01-01T00:00:00Z"
        await do(ivan, waiting[0], "snooze", version=1, until=until)
    await world.project()
    rows = (await ivan.get("/inbox"))["rows"]
    assert waiting[0] not in [row["id"] for row in rows]
    await world.writes("p1", "Вы где?")
    rows = (await ivan.get("/inbox"))["rows"]
    assert rows[0]["id"] == waiting[0]
    assert rows[0]["snoozed_until"] is None


@pytest.mark.parametrize(
    "at",
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999999Z", "2030-01-01T00:00:00"],
)
async def test_a_moment_without_a_zone_or_at_the_calendar_s_end_is_refused(
    world: World, stand: Stand, ivan: Browser, at: str
) -> None:
    who = await world.starts("7")
    cursor = urlsafe_b64encode(json.dumps(["", at, who]).encode()).decode()
    async with world.alive():
        await do(ivan, who, "take", version=0)
        for what, body in (("snooze", {"until": at}), ("tasks", {"title": "x", "due_at": at})):
            refusal = await do(ivan, who, what, 400, version=1, **body)
            assert (refusal["error"], refusal["field"]) == ("invalid", "until" if what == "snooze" else "due_at")
    assert (await ivan.post(f"/conversations/{who}/seen", {"at": at}, 400))["field"] == "at"
    for path, name, value in (("thread", "before", at), ("thread", "since", at), ("", "cursor", cursor)):
        where = f"/conversations/{who}/{path}" if path else "/inbox"
        answer = await ivan.call("GET", where, params={name: value})
        assert (answer.status, answer.body["field"]) == (400, name)
    assert (await ivan.get(f"/conversations/{who}"))["snoozed_until"] is None


async def test_read_and_unread(world: World, stand: Stand, ivan: Browser, olga: Browser) -> None:
    who = await world.starts("7")
    await world.writes("7", "оператор")
    await world.writes("7", "Вы тут?")
    (row,) = (await ivan.get("/inbox"))["rows"]
    assert row["unread"] == 2
    await ivan.post(f"/conversations/{who}/seen", {"at": row["last_at"]})
    assert (await ivan.get("/inbox"))["rows"][0]["unread"] == 0
    assert (await olga.get("/inbox"))["rows"][0]["unread"] == row["unread"]
    await world.writes("7", "Ау")
    assert (await ivan.get("/inbox"))["rows"][0]["unread"] == 1


async def test_the_card(world: World, ivan: Browser) -> None:
    who = await world.starts("7")
    async with world.alive():
        await do(ivan, who, "tags", version=0, add=["vip"])
        await do(ivan, who, "notes", version=0, text="Просил <b>скидку</b>")
        await do(ivan, who, "tasks", version=0, title="Перезвонить", due_at="2030-01-01T10:00:00+03:00")
        number = next(
            each["name"]
            for each in (await ivan.get(f"/conversations/{who}/card"))["variables"]
            if each["type"] == "number"
        )
        await do(ivan, who, "variables", version=0, name=number, value=120)
        bad = await do(ivan, who, "variables", 409, version=0, name=number, value="много")
        assert bad["error"] == "bad_value"
        tunnel = (await ivan.get("/content"))["tunnels"][0]
        await do(ivan, who, "stage", version=0, tunnel="siding", stage=tunnel["stages"][-1]["stage"], reason="дорого")
    await world.project()
    card = await ivan.get(f"/conversations/{who}/card")
    assert (card["name"], card["tags"]) == ("Ольга", ["vip"])
    assert next(each["value"] for each in card["variables"] if each["name"] == number) == 120
    assert [(note["text"], note["operator"]["name"]) for note in card["notes"]] == [("Просил <b>скидку</b>", "Ivan")]
    (task,) = card["tasks"]
    assert (task["title"], task["due_at"], task["done_at"]) == ("Перезвонить", "2030-01-01T07:00:00Z", None)
    (lead,) = card["leads"]
    assert lead["stages"][-1]["reason"] == "дорого"
    assert sum(step["visits"] for step in lead["steps"]) == 1
    assert any(step["visits"] == 0 for step in lead["steps"])
    assert [address["channel"] for address in card["addresses"]] == ["telegram"]
    async with world.alive():
        await do(ivan, who, f"tasks/{task['id']}/done", version=0)
        await do(ivan, who, "tasks/no-such-task/done", 404, version=0)
    await world.project()
    (task,) = (await ivan.get(f"/conversations/{who}/card"))["tasks"]
    assert task["done_at"] is not None


async def test_who_a_contact_is_can_be_corrected(world: World, admin: Browser, ivan: Browser) -> None:
    who = await world.starts("7")
    async with world.alive():
        await do(ivan, who, "details", version=0, detail="name", value="Ольга Ким")
        await do(ivan, who, "details", version=0, detail="phone", value="8 916 123-45-67")
        await do(ivan, who, "details", version=0, detail="email", value="Olga@Example.com")
        bad = await do(ivan, who, "details", 409, version=0, detail="phone", value="12")
        assert (bad["error"], bad["message"][:23]) == ("bad_phone", "This is no phone number")
        bad = await do(ivan, who, "details", 409, version=0, detail="email", value="olga")
        assert bad["error"] == "bad_email"
        await do(ivan, who, "details", 400, version=0, detail="sex", value="female")
    await world.writes("7", "Дом")  # with the channel's own name
    card = await ivan.get(f"/conversations/{who}/card")
    assert [card[name] for name in ("name", "phone", "email")] == ["Ольга Ким", "+79161234567", "olga@example.com"]
    assert "phone" not in {variable["name"] for variable in card["variables"]}  # it is not shown twice
    assert (await ivan.get(f"/conversations/{who}"))["name"] == "Ольга Ким"
    for query in ("ольга ким", "9161234567", "olga@example"):
        assert [row["id"] for row in (await ivan.get("/search", q=query))["people"]] == [who], query
    assert await world.store.contact_of(identity_of("phone", "+79161234567")) == who
    acts = [item for item in (await ivan.get(f"/conversations/{who}/thread"))["items"] if item.get("kind") == "detail"]
    assert [act["data"] for act in acts] == [{"detail": each} for each in ("name", "phone", "email")]
    lines = [line for line in (await admin.get("/audit"))["lines"] if line["what"] == "contact.changed"]
    assert [(line["who_name"], line["subject"], line["details"]) for line in lines] == [
        ("Ivan", who, {"detail": each}) for each in ("email", "phone", "name")
    ]  # nothing that is about the person but which detail it was
    async with world.alive():
        for detail in ("name", "phone", "email"):
            await do(ivan, who, "details", version=0, detail=detail, value="")
    await world.project()
    card = await ivan.get(f"/conversations/{who}/card")
    assert [card[name] for name in ("name", "phone", "email")] == ["Ольга", "", ""]


async def test_an_objection_is_suggested_with_its_answers(world: World, ivan: Browser) -> None:
    who = await world.starts("7")
    await world.writes("7", "оператор")
    await world.writes("7", "ой, это слишком дорого")
    answers = await ivan.get(f"/conversations/{who}/answers")
    assert answers["suggestion"]["message"] == "ой, это слишком дорого"
    assert answers["suggestion"]["answers"]
    assert "{{" not in str(answers)
    found = await ivan.get("/search", q="дорого")
    assert [message["contact"] for message in found["messages"]] == [who]
    assert [row["id"] for row in (await ivan.get("/search", q="ольг"))["people"]] == [who]


async def test_without_a_worker_a_command_is_accepted_and_not_known(world: World, ivan: Browser) -> None:
    who = await world.starts("7")
    taken = await do(ivan, who, "take", version=0)
    assert (taken["known"], taken["mode"], taken["owner"]) == (False, "bot", None)
    await world.turn()
    assert (await ivan.get(f"/conversations/{who}"))["owner"] == {"id": ivan.user["id"], "name": "Ivan"}


@pytest.mark.parametrize(
    ("session", "reason", "until"),
    [
        (Session(address=Address("whatsapp", "3", "79"), inbound_at=NOW - 3600), "", NOW - 3600 + 86400),
        (Session(address=Address("whatsapp", "3", "79"), inbound_at=NOW - 86400), "shut", NOW),
        (Session(address=Address("telegram", "1", "7"), inbound_at=NOW - 10**7), "", None),
        (Session(address=Address("telegram", "1", "7"), mode="blocked"), "blocked", None),
        (Session(address=Address("vk", "1", "7")), "off", None),
        (Session(), "nowhere", None),
    ],
)
async def test_what_the_channel_allows(stand: Stand, session: Session, reason: str, until: float | None) -> None:
    window = window_of(stand.console, session, "ru")
    assert (window.reason, window.open, bool(window.remedy)) == (reason, not reason, bool(reason))
    assert (window.until.timestamp() if window.until else None) == until


async def test_texts_that_are_sent_often(world: World, admin: Browser, ivan: Browser) -> None:
    who = await world.starts("7")
    text = {"title": "Привет", "text": "Здравствуйте, {{ name }}!"}
    added = await admin.post("/canned", text)
    await ivan.post("/canned", text, 403)
    wrong = await admin.post("/canned", {"title": "x", "text": "раз\n{{ name"}, 400)
    assert (wrong["error"], wrong["field"]) == ("bad_text", "text")
    await admin.post("/canned", {"title": "Неизвестное", "text": "{{ nothing_such }}"})
    first = (await ivan.get(f"/conversations/{who}/answers"))["answers"][0]
    assert first == {"id": added["id"], "title": "Привет", "text": "Здравствуйте, Ольга!", "from_objection": ""}
    changed = await admin.post(f"/canned/{added['id']}", {"title": "Привет", "text": "Добрый день"})
    assert changed["text"] == "Добрый день"
    assert (await admin.call("DELETE", f"/canned/{added['id']}")).status == 200
    assert (await admin.call("DELETE", f"/canned/{added['id']}")).status == 404
    assert [each["title"] for each in (await ivan.get("/canned"))["texts"]] == ["Неизвестное"]


async def test_a_text_is_seen_filled_in_before_it_is_kept(admin: Browser, ivan: Browser) -> None:
    page = await ivan.get("/canned")
    assert {"name": "area", "title": "Площадь"} in page["holes"]
    assert page["holes"][0] == {"name": "name", "title": "the customer's name"}
    preview = await admin.post("/canned-preview", {"text": "{{ name }}, {{ area }} м², {{ company }}"})
    assert preview == {"text": "Ольга, 120 м², Фасад", "unknown": []}
    preview = await admin.post("/canned-preview", {"text": "{{ naem }}"})
    assert preview == {"text": "", "unknown": ["naem"]}
    wrong = await admin.post("/canned-preview", {"text": "{{ name"}, 400)
    assert wrong["error"] == "bad_text"
    await ivan.post("/canned-preview", {"text": "x"}, 403)
    await admin.post("/canned", {"title": " ", "text": "x"}, 400)


async def test_texts_of_the_contact_s_language_come_first(world: World, admin: Browser, ivan: Browser) -> None:
    who = await world.starts("7")
    for title, language in (("A", "en"), ("B", ""), ("C", "ru")):
        kept = await admin.post("/canned", {"title": title, "text": title, "language": language})
        assert (kept["language"], kept["unknown"]) == (language, [])
    answers = (await ivan.get(f"/conversations/{who}/answers"))["answers"]
    assert [each["title"] for each in answers[:3]] == ["B", "C", "A"]
    await admin.post("/canned", {"title": "E", "text": "x", "language": "de"}, 400)


async def test_assigning_and_sending_a_step(world: World, ivan: Browser, olga: Browser) -> None:
    who = await world.starts("7")
    async with world.alive():
        taken = await do(ivan, who, "take", version=0)
        sent = await do(ivan, who, "step", version=taken["version"], tunnel="siding")
        assert sent["mode"] == "operator"
        none = await do(ivan, who, "step", 409, version=taken["version"], tunnel="siding", step="nowhere")
        assert none["error"] == "no_step"
        given = await do(ivan, who, "assign", version=taken["version"], to=olga.user["id"])
        assert given["owner"] == {"id": olga.user["id"], "name": "Olga"}
        nobody = await do(ivan, who, "assign", 400, version=given["version"], to="u-nobody")
        assert nobody["error"] == "nobody"
    await world.project()
    assert [row["id"] for row in (await olga.get("/inbox", view="mine"))["rows"]] == [who]


async def test_a_thread_is_read_backwards_page_by_page_and_forward_from_where_it_was(
    world: World, stand: Stand, ivan: Browser
) -> None:
    who = await world.starts("7")
    for number in range(10):
        await world.writes("7", f"слово {number}")
    whole = await ivan.get(f"/conversations/{who}/thread", limit=200)
    assert whole["before"] == ""
    pages: list[str] = []
    before = ""
    while True:
        page = await ivan.get(f"/conversations/{who}/thread", limit=7, before=before)
        pages = [_key(item) for item in page["items"]] + pages
        before = page["before"]
        if not before:
            break
    assert pages == [_key(item) for item in whole["items"]]
    await world.writes("7", "ещё слово")
    more = await ivan.get(f"/conversations/{who}/thread", since=whole["since"])
    assert "ещё слово" in [item.get("text") for item in more["items"]]


def _key(item: dict) -> str:
    return f"{item['item']}:{item['id']}"
