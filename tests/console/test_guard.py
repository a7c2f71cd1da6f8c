"""Every route × every role; forged and foreign requests; what is stored is returned as data and nothing else."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64encode
from io import BytesIO
from typing import get_args
from zipfile import ZipFile

import msgspec
import pytest

from console.handlers import HANDLERS
from console.models.people import Role
from console.refusals import Refused
from console.routes import BY_NAME, PREFIX, ROUTES
from console.uploads import FOLDER, WAITING, forget_old
from console.words import WORDS
from tests.bots.stage import address
from tests.console.stand import PASSWORD, Browser, Stand, path_of
from tests.console.world import World, do
from tunnel.events import Attachment, File

ROLES = get_args(Role)
CLOSED = [route for route in ROUTES if route.roles is not None]
BODIES = {
    "NewUser": {"login": "x", "name": "x", "role": "viewer"},
    "Seen": {"at": "2026-01-01T00:00:00Z"},
    "TotpCode": {"code": "000000"},
    "TotpOff": {"password": "x"},
    "PasswordChange": {"old": "wrong", "new": "x"},
    "Assign": {"to": "nobody"},
    "Snooze": {"until": None},
    "SendStep": {"tunnel": "siding"},
    "SetVariable": {"name": "area", "value": 1},
    "SetDetail": {"detail": "name", "value": "x"},
    "MoveStage": {"tunnel": "siding", "stage": "new"},
    "WriteNote": {"text": "x"},
    "AddTask": {"title": "x"},
    "Say": {"text": "x"},
    "WriteCanned": {"title": "x", "text": "x"},
    "PreviewCanned": {"text": "x"},
}
COMMAND = {"id": "command-0000", "version": 0}


def body_of(name: str) -> dict | None:
    model = BY_NAME[name].body
    if model is None:
        return None
    fields = model.__struct_fields__
    common = COMMAND if "version" in fields else {}
    return {**common, **BODIES.get(model.__name__, {})}


async def ask(browser: Browser, name: str, **parts: str):
    method, path = path_of(name, **parts)
    params = {"q": "x"} if name == "search" else {"name": "x.png"} if name == "upload" else {}
    return await browser.call(method, path, body_of(name), params=params)


@pytest.fixture
async def by_role(stand: Stand, admin: Browser) -> dict[str, Browser]:
    others = {role: await stand.invited(admin, role, role) for role in ROLES if role != "admin"}
    return {"admin": admin, **others}


def test_every_route_has_a_handler_and_every_handler_a_route() -> None:
    assert set(HANDLERS) == {route.name for route in ROUTES}
    assert len(BY_NAME) == len(ROUTES)


def test_only_the_way_in_is_open_to_everybody() -> None:
    assert {route.name for route in ROUTES if route.roles is None} == {"setup_state", "set_up", "log_in", "redeem"}


async def test_every_route_and_every_role(stand: Stand, by_role: dict[str, Browser]) -> None:
    nobody = await stand.browser()
    last = ("log_out", "end_sessions", "events")  # the first two end sessions, the third never ends
    for route in CLOSED:
        assert (await ask(nobody, route.name)).status == 401, route.name
        if route.name in last:
            continue
        for role in ROLES:
            answer = await ask(by_role[role], route.name)
            if role in route.roles:
                assert answer.status not in (401, 403), (route.name, role, answer)
            else:
                assert (answer.status, answer.body["error"]) == (403, "role"), (route.name, role)
    for role in ROLES:
        assert (await ask(by_role[role], "end_sessions")).status == 200
        assert (await ask(by_role[role], "log_out")).status == 200


async def test_what_a_role_may_do_is_told_to_it(by_role: dict[str, Browser]) -> None:
    for role, browser in by_role.items():
        told = (await browser.get("/me"))["may"]
        assert set(told) == {route.name for route in CLOSED if role in route.roles}
    assert {"take", "say"} <= set((await by_role["operator"].get("/me"))["may"])
    assert not {"take", "say", "add_user", "audit"} & set((await by_role["viewer"].get("/me"))["may"])


async def test_forged_requests_are_refused_on_every_route_that_changes_something(stand: Stand, admin: Browser) -> None:
    for route in ROUTES:
        if route.method == "GET":
            continue
        method, path = path_of(route.name)
        body = body_of(route.name)
        for headers in (
            {"Origin": ""},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            answer = await admin.call(method, path, body, headers=headers)
            assert (answer.status, answer.body["error"]) == (403, "foreign"), (route.name, headers)
        if route.roles is not None:
            for token in ("", "0" * 48, "é"):
                answer = await admin.call(method, path, body, headers={"X-CSRF-Token": token})
                assert (answer.status, answer.body["error"]) == (403, "csrf"), (route.name, token)


async def test_another_s_token_does_not_do(stand: Stand, admin: Browser) -> None:
    viewer = await stand.invited(admin, "viewer", "viewer")
    answer = await admin.call("POST", "/logout", headers={"X-CSRF-Token": viewer.csrf})
    assert (answer.status, answer.body["error"]) == (403, "csrf")


async def test_a_form_s_type_is_not_taken(stand: Stand, admin: Browser) -> None:
    browser = await stand.browser()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = await browser.call(
            "POST", "/login", data=b'{"login":"anna","password":"x"}', headers={"Content-Type": kind}
        )
        assert answer.status == 415


async def test_unknown_and_foreign_ids_are_missing(world: World, ivan: Browser) -> None:
    who = await world.starts("7")
    for route in ROUTES:
        if "{contact}" in route.path:
            for contact in ("0" * 24, "x" * 65, "..%2f..", "%00"):
                assert (await ask(ivan, route.name, contact=contact)).status == 404, (route.name, contact)
    other = await world.starts("8")
    messages = [
        item for item in (await ivan.get(f"/conversations/{other}/thread"))["items"] if item["item"] == "message"
    ]
    for place in ("0", "1", "x", "-1", "9" * 30):
        answer = await ivan.call("GET", f"/conversations/{who}/files/{messages[0]['id']}/{place}")
        assert answer.status == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/login", {"login": "anna"}, 400),
        ("/login", {"login": "anna", "password": PASSWORD, "admin": True}, 400),
        ("/login", {"login": 1, "password": PASSWORD}, 400),
        ("/login", {"login": "a" * 200, "password": PASSWORD}, 400),
        ("/login", [], 400),
        ("/login", {"login": "anna", "password": "x" * 300_000}, 413),
    ],
)
async def test_a_wrong_body_is_named_and_not_repeated(stand: Stand, admin: Browser, path, body, status) -> None:
    browser = await stand.browser()
    answer = await browser.call("POST", path, body)
    assert answer.status == status
    assert PASSWORD not in str(answer.body)


ODD = [
    ("POST", "/me/sessions/end", {"X-CSRF-Token": "\udcff\udcfe"}, b"", 403, "csrf"),
    ("POST", "/me/sessions/end", {"Origin": "http://["}, b"", 403, "foreign"),
    ("POST", "/me/sessions/end", {"Origin": "http://a:99999999"}, b"", 403, "foreign"),
    ("GET", "/me", {"Cookie": "tunnel_console=\udcff"}, None, 401, "login_wanted"),
    ("GET", "/me", {"Cookie": 'tunnel_console="\\377\\000"'}, None, 401, "login_wanted"),
    ("POST", "/login", {"Content-Encoding": "gzip"}, b"not gzip", 400, "invalid"),
    ("POST", "/login", {}, b'{"login":"\xed\xa0\x80","password":"x"}', 400, "invalid"),
    ("POST", "/login", {}, b'{"login":"\\ud800","password":"x"}', 400, "invalid"),
    ("POST", "/login", {}, b"\xef\xbb\xbf{}", 400, "invalid"),
    ("POST", "/login", {}, b"[" * 200_000, 400, "invalid"),
    ("POST", "/login", {}, b'{"login":NaN}', 400, "invalid"),
    ("POST", "/login", {}, b'{"login":"a\\u0000b","password":"x\\u0000"}', 401, "credentials"),
    ("PATCH", "/me", {}, b'{"name":"\\u0000"}', 400, "invalid"),
    ("PATCH", "/me", {}, b'{"name":" \\u00a0 "}', 400, "blank"),
    ("PATCH", "/users/%00", {}, b'{"name":"x"}', 404, "missing"),
    ("POST", "/users", {}, b'{"login":" ","name":"x","role":"viewer"}', 400, "blank"),
    ("POST", "/canned", {}, b'{"title":" ","text":"x"}', 400, "blank"),
    ("DELETE", "/canned/%00", {}, b"", 404, "missing"),
    ("GET", "/search?q=%00", {}, None, 400, "invalid"),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def test_what_nobody_sends_is_refused_and_breaks_nothing(stand: Stand, admin: Browser) -> None:
    for method, path, headers, body, status, error in ODD:
        answer = await by_hand(admin, method, path, headers, body)
        assert answer.startswith(f"HTTP/1.1 {status} "), (path, headers, body, answer)
        assert f'"error":"{error}"' in answer


async def by_hand(browser: Browser, method: str, path: str, headers: dict[str, str], body: bytes | None) -> str:
    """A request as no client would write it; the answer as it came. Half surrogates in headers are raw bytes."""
    host = browser.base.removeprefix("http://")
    (cookie,) = browser.session.cookie_jar
    given = {
        "Host": host, "Origin": browser.base, "X-CSRF-Token": browser.csrf, "Cookie": f"{cookie.key}={cookie.value}",
        "Content-Type": "application/json", "Connection": "close", **headers,
    }  # fmt: skip
    if body is not None:
        given["Content-Length"] = str(len(body))
    head = f"{method} {PREFIX}{path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items())
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(head.encode(errors="surrogateescape") + b"\r\n" + (body or b""))
    answer = await reader.read()
    writer.close()
    return answer.decode()


async def test_zero_characters_are_dropped_wherever_they_come_in(world: World, admin: Browser) -> None:
    who = await world.starts("7")
    odd = {"login": "i\0van", "name": "И\0ван", "role": "operator"}
    assert (await admin.post("/users", odd))["user"]["name"] == "Иван"
    kept = await admin.post("/canned", {"title": "a\0\0b", "text": "\\u0000 \0"})
    assert (kept["title"], kept["text"]) == ("ab", "\\u0000")
    cursor = urlsafe_b64encode(b'["", "2026-01-01T00:00:00Z", "\\u0000"]').decode()
    assert (await admin.call("GET", "/inbox", params={"cursor": cursor})).status == 400
    for query in ("tag", "channel", "queue", "stage"):
        assert (await admin.get("/inbox", **{query: "\0"}, view="all"))["rows"][0]["id"] == who
    async with world.alive():
        for what, body, status in (
            ("assign", {"to": "\0"}, 400),
            ("say", {"text": "x", "files": ["\0"]}, 400),
            ("notes", {"text": " \0 "}, 400),
            ("tasks", {"title": "\0"}, 400),
            ("tasks/%00/done", {}, 404),
            ("tags", {"add": [" "]}, 400),
            ("take", {"version": 2**64}, 400),
        ):
            await do(admin, who, what, status, **{"version": 0, **body})


async def test_a_wrong_query_is_named(stand: Stand, admin: Browser) -> None:
    for query in ({"view": "everything"}, {"limit": "1000"}, {"limit": "x"}, {"cursor": "xyz"}, {"sort": "name"}):
        answer = await admin.call("GET", "/inbox", params=query)
        assert answer.status == 400, query
    for query in ({"before": "yesterday"}, {"since": "2026-01-01T00:00:00"}):
        answer = await admin.call("GET", "/conversations/" + "0" * 24 + "/thread", params=query)
        assert answer.status in (400, 404)


SCRIPTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</script><svg onload=alert(1)>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "\u2028alert(1)\u2029",
    "'; DROP TABLE users; --",
    "\x00\x1b[31mred",
    "🙈" * 50 + "\u202egnp.exe",
]


async def test_scripts_are_stored_and_returned_as_json_alone(world: World, stand: Stand, admin: Browser) -> None:
    ivan = await stand.invited(admin, "<b>ivan</b>", "operator")
    who = await world.starts("7")
    for script in SCRIPTS:
        await world.writes("7", script)
    async with world.alive():
        taken = await do(ivan, who, "take", version=(await world.session("7")).version)
        for script in SCRIPTS:
            await do(ivan, who, "notes", version=0, text=script)
            await do(ivan, who, "say", version=taken["version"], text=script)
            await do(ivan, who, "tags", version=0, add=[script[:60]])
    await world.project()
    for name in ("inbox", "conversation", "thread", "card", "answers"):
        _, path = path_of(name, contact=who)
        async with ivan.session.get(ivan.base + "/api/console" + path, params={}) as response:
            raw = await response.read()
            assert response.status == 200
            assert response.content_type == "application/json"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            assert response.headers["Cache-Control"] == "no-store"
            msgspec.json.decode(raw)
    texts = [item.get("text") for item in (await ivan.get(f"/conversations/{who}/thread", limit=200))["items"]]
    for script in SCRIPTS:
        words = script.replace("\x00", "").strip()
        assert [text.replace("\x00", "").strip() for text in texts if text].count(words) >= 3, (
            script
        )  # theirs, ours, the note


# --- files

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    + b"\x00" * 40
)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"


def archive(*names: str) -> bytes:
    data = BytesIO()
    with ZipFile(data, "w") as made:
        for name in names:
            made.writestr(name, "<x/>")
    return data.getvalue()


WORD = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")
EXCEL = archive("[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "xl/workbook.xml")
OFFICE = "application/vnd.openxmlformats-officedocument"


async def upload(browser: Browser, data: bytes, name: str):
    return await browser.call("POST", "/uploads", data=BytesIO(data), params={"name": name})


@pytest.mark.parametrize(
    ("data", "name", "mime", "shown"),
    [
        (PNG, "дом.png", "image/png", "дом.png"),
        (PNG, "../../etc/passwd", "image/png", "passwd.png"),
        (PNG, "C:\\photo.exe", "image/png", "photo.exe.png"),
        (PNG, "a<script>.png", "image/png", "a script.png"),
        (PDF, "price", "application/pdf", "price.pdf"),
        ("просто слова".encode(), "заметка.txt", "text/plain", "заметка.txt"),
        (("я" * 40_000).encode(), "длинная.txt", "text/plain", "длинная.txt"),
        (("x" + "я" * 40_000).encode(), "длинная.txt", "text/plain", "длинная.txt"),
        (WORD, "договор.docx", f"{OFFICE}.wordprocessingml.document", "договор.docx"),
        (EXCEL, "прайс.xlsx", f"{OFFICE}.spreadsheetml.sheet", "прайс.xlsx"),
        (EXCEL, "прайс.docx", f"{OFFICE}.spreadsheetml.sheet", "прайс.docx.xlsx"),
    ],
)
async def test_a_file_is_what_its_bytes_say(stand: Stand, admin: Browser, data, name, mime, shown) -> None:
    answer = await upload(admin, data, name)
    assert (answer.status, answer.body["mime"], answer.body["name"]) == (200, mime, shown)


@pytest.mark.parametrize(
    ("data", "name", "status"),
    [
        (b"", "empty.png", 400),
        (b"<html><script>alert(1)</script></html>", "page.png", 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "picture.svg", 415),
        (b"MZ\x90\x00" + b"\x00" * 200, "setup.png", 415),
        (b"\x7fELF" + b"\x00" * 200, "x.jpg", 415),
        (archive("a.txt"), "договор.docx", 415),
        (archive("META-INF/MANIFEST.MF", "A.class"), "договор.docx", 415),
        (archive("[Content_Types].xml", "ppt/presentation.xml"), "показ.docx", 415),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "макрос.docx", 415),
        (WORD[:-30], "обрыв.docx", 415),
        ("слова".encode("cp1251"), "слова.txt", 415),
        (b"words" + b"\x00" * 70_000, "слова.txt", 415),
        ("я".encode() * 2**19 + b"x", "long.txt", 413),
        (PNG + b"\x00" * 5 * 2**20, "big.png", 413),
    ],
)
async def test_a_false_or_large_file_is_refused_with_the_limit(
    stand: Stand, admin: Browser, data, name, status
) -> None:
    answer = await upload(admin, data, name)
    assert answer.status == status
    if status == 413:
        assert ("1 MB" if name.endswith(".txt") else "5 MB") in answer.body["message"]


async def test_an_upload_is_said_shown_and_nobody_else_s(world: World, ivan: Browser, olga: Browser) -> None:
    who = await world.starts("7")
    uploaded = (await upload(ivan, PNG, "дом.png")).body
    async with world.alive():
        foreign = await do(olga, who, "say", 400, version=0, text="x", files=[uploaded["id"]])
        assert foreign["error"] == "files"
        await do(ivan, who, "say", version=0, text="Вот", files=[uploaded["id"]])
    await world.project()
    items = (await ivan.get(f"/conversations/{who}/thread"))["items"]
    message = next(item for item in items if item.get("by") == "operator")
    (file,) = message["files"]
    assert (file["kind"], file["name"]) == ("image", "дом.png")
    async with olga.session.get(olga.base + file["url"]) as response:
        assert (response.status, response.content_type) == (200, "image/png")
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert await response.read() == PNG


def on_disk(stand: Stand) -> list[str]:
    """Names of the files that were uploaded and are still there."""
    folders = [stand.console.data / name for name in (WAITING, FOLDER)]
    return sorted(path.name for folder in folders for path in folder.rglob("*") if path.is_file())


async def test_what_is_not_said_within_a_day_is_removed(world: World, ivan: Browser) -> None:
    stand = world.stand
    who = await world.starts("7")
    said, refused, unsaid = [(await upload(ivan, PNG, name)).body["id"] for name in ("said", "refused", "unsaid")]
    async with world.alive():
        command = {"version": 0, "text": "Вот", "files": [said]}
        await do(ivan, who, "say", id="command-said", **command)
        again = await do(ivan, who, "say", 409, version=99, text="Вот", files=[refused])
        assert again["error"] == "version"
    await world.project()
    stand.clock.now += 23 * 3600
    await ivan.log_in("ivan")
    late = (await upload(ivan, PNG, "late")).body["id"]
    await forget_old(stand.console)
    assert on_disk(stand) == ["late.png", "refused.png", "said.png", "unsaid.png"]
    stand.clock.now += 2 * 3600
    await forget_old(stand.console)
    assert on_disk(stand) == ["late.png", "said.png"]
    for each in (refused, unsaid):  # and what was asked for beside it still waits
        assert (await do(ivan, who, "say", 400, version=0, text="x", files=[late, each]))["error"] == "files"
    stand.clock.now += 24 * 3600
    await forget_old(stand.console)
    assert on_disk(stand) == ["said.png"]
    await ivan.log_in("ivan")
    items = (await ivan.get(f"/conversations/{who}/thread"))["items"]
    (file,) = next(item for item in items if item.get("by") == "operator")["files"]
    async with ivan.session.get(ivan.base + file["url"]) as response:
        assert await response.read() == PNG


async def test_a_refused_file_can_be_said_again_and_a_said_one_stays_said(world: World, ivan: Browser) -> None:
    who = await world.starts("7")
    id_ = (await upload(ivan, PNG, "дом")).body["id"]
    async with world.alive():
        await do(ivan, who, "say", 409, version=99, text="Вот", files=[id_])
        await do(ivan, who, "say", id="command-once", version=0, text="Вот", files=[id_])
        await do(ivan, who, "say", id="command-once", version=0, text="Вот", files=[id_])  # the line was lost
        await do(ivan, who, "say", 409, version=99, text="Вот", files=[id_])
    world.stand.clock.now += 25 * 3600
    await forget_old(world.stand.console)
    assert on_disk(world.stand) == ["дом.png"]


async def test_too_many_uploads_leave_nothing_behind(
    stand: Stand, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.uploads.MOST_WAITING", 1)
    assert (await upload(admin, PNG, "first")).status == 200
    assert (await upload(admin, PNG, "second")).status == 429
    assert on_disk(stand) == ["first.png"]


async def test_old_uploads_go_at_the_start(stand: Stand, admin: Browser) -> None:
    await upload(admin, PNG, "old")
    stand.clock.now += 25 * 3600
    running = asyncio.create_task(stand.console.run())
    for _ in range(500):
        if not on_disk(stand):
            break
        await asyncio.sleep(0.01)
    stand.console.close()
    await running
    assert on_disk(stand) == []


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"<html><script>alert(1)</script></html>", "photo.png", "application/octet-stream"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "photo.svg", "application/octet-stream"),
        (PDF, 'a";b\r\nX: y.pdf', "application/octet-stream"),
        (PNG, "photo.html", "image/png"),
    ],
)
async def test_what_a_customer_sent_cannot_run(world: World, ivan: Browser, data: bytes, name: str, kind: str) -> None:
    who, other = await world.starts("7"), await world.starts("8")
    (world.stand.console.data / name).write_bytes(data)
    sent = Attachment(id="a1", address=address("7"), files=(File("image", name, "дом"), File("location", "geo:1,2")))
    await world.happens(sent)
    items = (await ivan.get(f"/conversations/{who}/thread"))["items"]
    (message,) = [item for item in items if item.get("kind") == "attachment"]
    file, place = message["files"]
    assert (file["name"], place["url"]) == ("дом", "")
    async with ivan.session.get(ivan.base + file["url"]) as response:
        assert response.status == 200
        assert response.content_type == kind
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["Content-Disposition"].startswith("inline" if kind == "image/png" else "attachment")
        assert "X" not in response.headers
    async with ivan.session.get(ivan.base + file["url"].replace(who, other)) as response:
        assert response.status == 404  # it is not theirs


async def test_why_a_file_cannot_be_had_is_said_in_the_readers_language(world: World, ivan: Browser) -> None:
    async def gone(channel: str, account: str, file: object) -> None:
        raise Refused(410, "file_gone")

    world.stand.console.fetch = gone  # type: ignore[assignment]
    who = await world.starts("7")
    await world.happens(Attachment(id="a1", address=address("7"), files=(File("image", "x"),)))
    items = (await ivan.get(f"/conversations/{who}/thread"))["items"]
    url = next(item for item in items if item.get("kind") == "attachment")["files"][0]["url"]
    answer = await ivan.call("GET", url.removeprefix("/api/console"))
    assert (answer.status, answer.body["error"]) == (410, "file_gone")
    assert answer.body["message"] == WORDS["file_gone"][ivan.user["language"] == "ru"]


async def test_only_what_waits_to_be_said_counts(world: World, ivan: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.uploads.MOST_WAITING", 2)
    who = await world.starts("7")
    async with world.alive():
        for number in range(4):
            uploaded = (await upload(ivan, PNG, "дом.png")).body
            await do(ivan, who, "say", version=min(number, 1), files=[uploaded["id"]])
    assert [(await upload(ivan, PNG, "дом.png")).status for _ in range(3)] == [200, 200, 429]


def test_refusals_have_words_in_both_languages() -> None:
    for code, (en, ru) in WORDS.items():
        assert en, code
        assert ru, code
        assert set(_holes(en)) == set(_holes(ru)), code


def _holes(text: str) -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name]
