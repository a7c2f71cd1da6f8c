"""The first account, logging in and out, sessions, codes, back-off."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from console.accounts.colleagues import change, reset_by_machine
from console.accounts.passwords import Passwords, kept
from console.models import people
from records.database import reading, writing
from tests.console.stand import CHEAP, PASSWORD, Browser, Stand, a_stand

HOUR = 3600.0
SETUP = {"login": "anna", "name": "Анна", "password": PASSWORD, "language": "ru"}


async def test_the_first_account_is_made_by_the_printed_link_and_by_nothing_else(stand: Stand) -> None:
    browser = await stand.browser()
    assert await browser.get("/setup") == {"needed": True}
    assert (await browser.post("/setup", SETUP | {"token": "guess"}, 401))["error"] == "link"
    token = await stand.console.accounts.first_link()
    me = await browser.post("/setup", SETUP | {"token": token})
    assert (me["user"]["role"], me["user"]["name"], me["user"]["language"]) == ("admin", "Анна", "ru")
    assert await browser.get("/setup") == {"needed": False}
    assert (await browser.get("/me"))["user"]["login"] == "anna"
    assert await stand.console.accounts.first_link() is None
    other = await stand.browser()
    assert (await other.post("/setup", SETUP | {"token": token, "login": "eve"}, 401))["error"] == "link"


async def test_of_many_who_use_the_first_link_at_once_one_becomes_admin(stand: Stand) -> None:
    token = await stand.console.accounts.first_link()
    browsers = [await stand.browser(**{"X-Test-Address": f"10.0.0.{n}"}) for n in range(8)]
    answers = await asyncio.gather(
        *(b.call("POST", "/setup", SETUP | {"token": token, "login": f"a{n}"}) for n, b in enumerate(browsers))
    )
    assert sorted(answer.status for answer in answers) == [200] + [401] * 7


async def test_an_old_link_is_refused(stand: Stand) -> None:
    token = await stand.console.accounts.first_link()
    stand.clock.now += 24 * HOUR
    browser = await stand.browser()
    assert (await browser.post("/setup", SETUP | {"token": token}, 401))["error"] == "link"


async def test_login_and_logout(stand: Stand, admin: Browser) -> None:
    browser = await stand.browser()
    me = await browser.log_in(" Anna ")
    assert me["user"]["login"] == "anna"
    assert "log_out" in me["may"]
    await browser.post("/logout")
    assert (await browser.call("GET", "/me")).status == 401
    assert (await admin.call("GET", "/me")).status == 200


@pytest.mark.parametrize(
    ("login", "password"), [("anna", "wrong password"), ("nobody", PASSWORD), ("anna", PASSWORD + " ")]
)
async def test_a_wrong_login_and_a_wrong_password_are_answered_alike(
    stand: Stand, admin: Browser, login: str, password: str
) -> None:
    browser = await stand.browser()
    answer = await browser.call("POST", "/login", {"login": login, "password": password})
    assert (answer.status, answer.body["error"]) == (401, "credentials")
    assert "Set-Cookie" not in answer.headers


async def test_as_much_is_hashed_for_an_unknown_login_as_for_a_known_one() -> None:
    checked: list[str] = []

    class Counting(Passwords):
        def _check(self, hashed: str, password: str) -> bool:
            checked.append(hashed)
            return super()._check(hashed, password)

    passwords = Counting(CHEAP)
    assert not await passwords.matches("x" * 12, "")
    assert await passwords.matches("x" * 12, await passwords.hash("x" * 12))
    assert [each.rpartition("$")[0].rpartition("$")[0] for each in checked] == ["$argon2id$v=19$m=8,t=1,p=1"] * 2


async def test_the_cookie_is_new_at_each_login_and_only_its_hash_is_kept(stand: Stand, admin: Browser) -> None:
    browser = await stand.browser()
    browser.session.cookie_jar.update_cookies({"tunnel_console": "chosen-by-an-attacker"})
    first = (await browser.call("POST", "/login", {"login": "anna", "password": PASSWORD})).headers["Set-Cookie"]
    again = (await browser.call("POST", "/login", {"login": "anna", "password": PASSWORD})).headers["Set-Cookie"]
    assert "chosen-by-an-attacker" not in first
    assert first != again
    assert "HttpOnly" in first
    assert "SameSite=Strict" in first
    assert "Path=/" in first
    secret = again.partition("=")[2].partition(";")[0]
    async with reading(stand.console.records.engine) as connection:
        ids = set((await connection.execute(text("SELECT id FROM user_sessions"))).scalars())
    assert kept(secret) in ids
    assert secret not in ids


async def test_behind_tls_the_cookie_is_bound_to_host_and_tls(redis_url: str, tmp_path: Path) -> None:
    async with a_stand(redis_url, tmp_path, "https://console.example") as stand:
        token = await stand.console.accounts.first_link()
        browser = await stand.browser(Host="console.example")
        browser.origin = "https://console.example"
        answer = await browser.call("POST", "/setup", SETUP | {"token": token})
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-tunnel_console=")
        assert "Secure" in cookie
        assert "Domain" not in cookie


async def test_an_idle_session_ends_and_so_does_an_old_one(stand: Stand, admin: Browser) -> None:
    for _ in range(13):
        stand.clock.now += 11 * HOUR
        assert (await admin.call("GET", "/me")).status == 200
    stand.clock.now += 12 * HOUR
    assert (await admin.call("GET", "/me")).status == 401
    await admin.log_in("anna")
    for _ in range(15):
        stand.clock.now += 11 * HOUR
        assert (await admin.call("GET", "/me")).status == 200
    stand.clock.now += 4 * HOUR
    assert (await admin.call("GET", "/me")).status == 401


async def test_changing_the_password_ends_all_other_sessions_and_changes_the_cookie(
    stand: Stand, admin: Browser
) -> None:
    other = await stand.browser()
    await other.log_in("anna")
    old_token = admin.csrf
    wrong = await admin.post("/me/password", {"old": "not it at all", "new": "another good one"}, 400)
    assert wrong["error"] == "password_wrong"
    await admin.post("/me/password", {"old": PASSWORD, "new": "another good one"})
    assert admin.csrf != old_token
    assert (await admin.call("GET", "/me")).status == 200
    assert (await other.call("GET", "/me")).status == 401
    await other.log_in("anna", status=401)
    await other.log_in("anna", "another good one")


@pytest.mark.parametrize("password", ["short", "passwordpass", "1234567890ab", "aaaaaaaaaaaaaa", "anna12"])
async def test_a_weak_password_is_refused(stand: Stand, admin: Browser, password: str) -> None:
    answer = await admin.post("/me/password", {"old": PASSWORD, "new": password}, 400)
    assert answer["error"] in ("password_short", "password_easy")


async def test_ending_other_sessions(stand: Stand, admin: Browser) -> None:
    other = await stand.browser()
    await other.log_in("anna")
    await admin.post("/me/sessions/end")
    assert (await other.call("GET", "/me")).status == 401
    assert (await admin.call("GET", "/me")).status == 200


# --- codes


async def codes_on(stand: Stand, browser: Browser) -> pyotp.TOTP:
    offered = await browser.post("/me/totp")
    totp = pyotp.TOTP(offered["secret"])
    assert offered["uri"].startswith("otpauth://totp/")
    await browser.post("/me/totp/confirm", {"code": totp.at(int(stand.clock.now))})
    return totp


async def test_codes(stand: Stand, admin: Browser) -> None:
    totp = await codes_on(stand, admin)
    other = await stand.browser()
    used = totp.at(int(stand.clock.now))
    assert (await other.log_in("anna", status=401))["error"] == "code_wanted"
    assert (await other.log_in("anna", code="000000", status=401))["error"] == "code_wrong"
    assert (await other.log_in("anna", code=used, status=401))["error"] == "code_wrong"  # it confirmed already
    stand.clock.now += 30
    code = totp.at(int(stand.clock.now))
    assert (await other.log_in("anna", code=code))["user"]["totp"] is True
    assert (await other.log_in("anna", code=code, status=401))["error"] == "code_wrong"
    assert (await admin.post("/me/totp", status=409))["error"] == "totp_on"
    await admin.post("/me/totp/off", {"password": PASSWORD})
    await other.log_in("anna")


async def test_a_code_works_once_even_for_two_at_once(stand: Stand, admin: Browser) -> None:
    totp = await codes_on(stand, admin)
    stand.clock.now += 60
    code = totp.at(int(stand.clock.now))
    browsers = [await stand.browser() for _ in range(4)]
    body = {"login": "anna", "password": PASSWORD, "code": code}
    answers = await asyncio.gather(*(browser.call("POST", "/login", body) for browser in browsers))
    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]


async def test_guessing_codes_is_slowed_down_also_between_logins_without_one(stand: Stand, admin: Browser) -> None:
    await codes_on(stand, admin)
    browser = await stand.browser()
    statuses = []
    for _ in range(6):
        body = {"login": "anna", "password": PASSWORD}
        statuses.append((await browser.call("POST", "/login", body)).status)
        statuses.append((await browser.call("POST", "/login", body | {"code": "000000"})).status)
    assert 429 in statuses


# --- back-off


async def test_an_account_is_slowed_down_after_failures_from_anywhere(stand: Stand, admin: Browser) -> None:
    body = {"login": "anna", "password": "wrong password"}
    for number in range(8):
        browser = await stand.browser(**{"X-Test-Address": f"10.0.1.{number}"})
        assert (await browser.call("POST", "/login", body)).status == 401
    browser = await stand.browser(**{"X-Test-Address": "10.0.2.1"})
    answer = await browser.call("POST", "/login", body | {"password": PASSWORD})
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) >= 1
    stand.clock.now += int(answer.headers["Retry-After"])
    await browser.log_in("anna")
    assert (await browser.call("POST", "/login", body)).status == 401  # a right password has wiped the slate


async def test_an_address_is_slowed_down_over_all_accounts(stand: Stand, admin: Browser) -> None:
    browser = await stand.browser(**{"X-Test-Address": "10.0.3.1"})
    statuses = [
        (await browser.call("POST", "/login", {"login": f"user{number}", "password": "guess"})).status
        for number in range(25)
    ]
    assert statuses[:20] == [401] * 20
    assert statuses[20:] == [429] * 5
    other = await stand.browser(**{"X-Test-Address": "10.0.3.2"})
    await other.log_in("anna")


async def test_an_account_of_one_s_own_does_not_help_to_guess_at_others(stand: Stand, admin: Browser) -> None:
    await stand.invited(admin, "eve", "viewer")
    eve = await stand.browser(**{"X-Test-Address": "10.0.6.1"})
    statuses = []
    for number in range(8):
        for guess in range(3):
            answer = await eve.call("POST", "/login", {"login": f"user{number}", "password": f"guess {guess}"})
            statuses.append(answer.status)
        if 429 not in statuses:
            await eve.log_in("eve", "wrong password", status=401)
            await eve.log_in("eve")
    assert (statuses.index(429), statuses.count(401)) == (20, 20)


async def test_the_addresses_of_one_ipv6_line_are_one(stand: Stand, admin: Browser) -> None:
    statuses = []
    for number in range(22):
        browser = await stand.browser(**{"X-Test-Address": f"2001:db8:0:1::{number:x}"})
        answer = await browser.call("POST", "/login", {"login": f"user{number}", "password": "guess"})
        statuses.append(answer.status)
    assert statuses == [401] * 20 + [429] * 2
    other = await stand.browser(**{"X-Test-Address": "2001:db8:0:2::1"})
    await other.log_in("anna")


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


async def test_many_guesses_at_once_are_many_guesses(redis_url: str, tmp_path: Path, either: str) -> None:
    async with a_stand(redis_url, tmp_path, database=either) as stand:
        await stand.admin()
        await _guess_at_once(stand)


async def _guess_at_once(stand: Stand) -> None:
    browsers = [await stand.browser(**{"X-Test-Address": f"10.0.4.{n}"}) for n in range(30)]
    body = {"login": "anna", "password": "wrong password"}
    answers = await asyncio.gather(*(browser.call("POST", "/login", body) for browser in browsers))
    assert sum(answer.status == 401 for answer in answers) == 8


# --- accounts


async def test_an_account_begins_with_a_link_that_works_once(stand: Stand, admin: Browser) -> None:
    invitation = await admin.post("/users", {"login": "Ivan", "name": "Иван", "role": "operator"})
    assert invitation["user"]["invited"] is True
    token = invitation["link"].partition("#token=")[2]
    browser = await stand.browser()
    await browser.log_in("ivan", "", status=400)
    await browser.log_in("ivan", status=401)
    assert (await browser.post("/password", {"token": token, "password": "short"}, 400))["field"] == "password"
    me = await browser.post("/password", {"token": token, "password": PASSWORD})
    assert (me["user"]["name"], me["user"]["role"], me["user"]["invited"]) == ("Иван", "operator", False)
    assert (await browser.post("/password", {"token": token, "password": PASSWORD}, 401))["error"] == "link"


async def test_a_reset_ends_sessions_when_it_is_used_and_asks_for_the_code(stand: Stand, admin: Browser) -> None:
    ivan = await stand.invited(admin, "ivan", "operator")
    totp = await codes_on(stand, ivan)
    first = await admin.post(f"/users/{ivan.user['id']}/reset")
    second = await admin.post(f"/users/{ivan.user['id']}/reset")
    assert (await ivan.call("GET", "/me")).status == 200
    browser = await stand.browser()
    body = {"token": first["link"].partition("#token=")[2], "password": "another good one"}
    await browser.post("/password", body, 401)
    body["token"] = second["link"].partition("#token=")[2]
    assert (await browser.post("/password", body, 401))["error"] == "code_wanted"
    stand.clock.now += 60
    await browser.post("/password", body | {"code": totp.at(int(stand.clock.now))})
    assert (await ivan.call("GET", "/me")).status == 401


async def test_a_disabled_account_is_out_at_once(stand: Stand, admin: Browser) -> None:
    ivan = await stand.invited(admin, "ivan", "operator")
    answer = await admin.call("PATCH", f"/users/{ivan.user['id']}", {"disabled": True})
    assert answer.body["disabled"] is True
    assert (await ivan.call("GET", "/me")).status == 401
    await ivan.log_in("ivan", status=401)
    await admin.call("PATCH", f"/users/{ivan.user['id']}", {"disabled": False})
    await ivan.log_in("ivan")


async def test_somebody_stays_admin_and_logins_are_unique(stand: Stand, admin: Browser) -> None:
    mine = f"/users/{admin.user['id']}"
    for less in ({"role": "viewer"}, {"disabled": True}):
        answer = await admin.call("PATCH", mine, less)
        assert (answer.status, answer.body["error"]) == (409, "last_admin")
    taken = await admin.post("/users", {"login": "ANNA", "name": "x", "role": "admin"}, 409)
    assert taken["error"] == "login_taken"
    assert (await admin.call("PATCH", "/users/u00", {"name": "x"})).status == 404
    assert (await admin.call("POST", "/users/u00/reset")).status == 404


async def test_two_admins_who_demote_each_other_at_once_leave_one(redis_url: str, tmp_path: Path, either: str) -> None:
    async with a_stand(redis_url, tmp_path, database=either) as stand:
        anna = await stand.admin()
        boris = await stand.invited(anna, "boris", "admin")
        accounts = stand.console.accounts
        demoted = people.UserChanges(role="viewer")
        visitors = [await accounts.sessions.visitor(_cookie(browser), accounts.now()) for browser in (anna, boris)]
        assert None not in visitors
        answers = await asyncio.gather(
            change(accounts, visitors[0], boris.user["id"], demoted, ""),
            change(accounts, visitors[1], anna.user["id"], demoted, ""),
            return_exceptions=True,
        )
        assert sorted(getattr(answer, "code", "") for answer in answers) == ["", "last_admin"]


def _cookie(browser: Browser) -> str:
    (cookie,) = browser.session.cookie_jar
    return cookie.value


async def test_a_link_does_not_help_to_guess_codes_and_is_no_way_round_the_rules(stand: Stand, admin: Browser) -> None:
    ivan = await stand.invited(admin, "ivan-the-great", "operator")
    await codes_on(stand, ivan)
    invitation = await admin.post(f"/users/{ivan.user['id']}/reset")
    body = {"token": invitation["link"].partition("#token=")[2], "password": "another good one", "code": "000000"}
    browser = await stand.browser()
    assert (await browser.post("/password", body | {"password": "ivan-the-great"}, 400))["error"] == "password_easy"
    statuses = []
    for number in range(10):
        browser = await stand.browser(**{"X-Test-Address": f"10.0.5.{number}"})
        statuses.append((await browser.call("POST", "/password", body)).status)
    assert statuses == [401] * 8 + [429] * 2
    stand.clock.now += 24 * HOUR
    assert (await browser.post("/password", body, 401))["error"] == "link"


async def test_a_link_that_is_used_wipes_the_slate(stand: Stand, admin: Browser) -> None:
    for number in range(25):  # an office on its first day, behind one address
        await stand.invited(admin, f"colleague{number}", "operator")


async def test_an_admin_who_is_locked_out_gets_a_link_at_the_machine(stand: Stand, admin: Browser) -> None:
    await codes_on(stand, admin)
    assert await reset_by_machine(stand.console.accounts, "nobody", drop_code=True) is None
    token = await reset_by_machine(stand.console.accounts, "Anna", drop_code=True)
    browser = await stand.browser()
    me = await browser.post("/password", {"token": token, "password": "another good one"})
    assert me["user"]["totp"] is False
    assert (await admin.call("GET", "/me")).status == 401


async def test_a_mistake_of_ours_is_told_without_details(
    stand: Stand, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret details")

    monkeypatch.setattr(stand.console.accounts, "me", broken)
    answer = await admin.call("GET", "/me")
    assert (answer.status, answer.body["error"]) == (500, "broken")
    assert "secret" not in str(answer.body)


async def test_the_audit_tells_who_did_what_without_secrets_and_cannot_be_changed(stand: Stand, admin: Browser) -> None:
    ivan = await stand.invited(admin, "ivan", "operator")
    await (await stand.browser()).log_in("ivan", "wrong password", status=401)
    await admin.call("PATCH", f"/users/{ivan.user['id']}", {"role": "manager"})
    page = await admin.get("/audit", limit=2)
    rest = await admin.get("/audit", cursor=page["next"])
    lines = page["lines"] + rest["lines"]
    assert [line["what"] for line in lines] == [
        "user.changed", "login.failed", "password.set", "user.added", "set_up",
    ]  # fmt: skip
    assert lines[0]["details"] == {"role": "manager"}
    assert lines[0]["who_name"] == "Анна"
    assert lines[0]["subject"] == ivan.user["id"]
    assert rest["next"] == ""
    await ivan.log_in("ivan")
    await ivan.call("PATCH", "/me", {"name": "Анна"})
    await ivan.post("/password", {"token": "guess", "password": PASSWORD}, 401)
    failed, renamed = (await admin.get("/audit", limit=2))["lines"]
    assert (failed["what"], failed["who"]) == ("link.failed", "")
    assert (renamed["what"], renamed["details"]) == ("me.changed", {"name": "Анна", "name_before": "Ivan"})
    assert PASSWORD not in str(lines)
    assert "wrong password" not in str(lines)
    for statement in ("DELETE FROM audit", "UPDATE audit SET what = 'nothing'"):
        with pytest.raises(DBAPIError, match="only ever grows"):
            async with writing(stand.console.records.engine) as connection:
                await connection.execute(text(statement))
