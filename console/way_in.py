"""Handlers: accounts and the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.accounts import audit, colleagues
from console.accounts.passwords import csrf_of
from console.call import Call
from console.models import people
from console.refusals import Refused
from console.routes import may

if TYPE_CHECKING:
    from console.site import Console


async def setup_state(console: Console, call: Call) -> people.SetupState:
    return people.SetupState(needed=await console.accounts.is_empty())


async def set_up(console: Console, call: Call) -> people.Me:
    return await _come_in(console, call, await console.accounts.set_up(call.body, call.address))


async def log_in(console: Console, call: Call) -> people.Me:
    return await _come_in(console, call, await console.accounts.log_in(call.body, call.address))


async def redeem(console: Console, call: Call) -> people.Me:
    return await _come_in(console, call, await console.accounts.redeem(call.body, call.address))


async def log_out(console: Console, call: Call) -> None:
    await console.accounts.log_out(call.visitor, call.address)
    console.ended()
    call.cookie = ""


async def me(console: Console, call: Call) -> people.Me:
    return await _me(console, call.visitor.id, call.visitor.csrf)


async def change_me(console: Console, call: Call) -> people.Me:
    await console.accounts.change_me(call.visitor, call.body, call.address)
    return await me(console, call)


async def change_password(console: Console, call: Call) -> people.Me:
    secret = await console.accounts.change_password(call.visitor, call.body, call.address)
    console.ended()
    return await _come_in(console, call, secret)


async def end_sessions(console: Console, call: Call) -> None:
    await console.accounts.end_sessions(call.visitor, call.address)
    console.ended()


async def totp_begin(console: Console, call: Call) -> people.TotpSecret:
    return await console.accounts.totp_begin(call.visitor, console.definition().settings.company)


async def totp_confirm(console: Console, call: Call) -> people.Me:
    await console.accounts.totp_confirm(call.visitor, call.body.code, call.address)
    console.ended()
    return await me(console, call)


async def totp_off(console: Console, call: Call) -> people.Me:
    await console.accounts.totp_off(call.visitor, call.body.password, call.address)
    return await me(console, call)


async def users(console: Console, call: Call) -> people.Users:
    return people.Users(users=await colleagues.everybody(console.accounts))


async def add_user(console: Console, call: Call) -> people.Invitation:
    user, token = await colleagues.add(console.accounts, call.visitor, call.body, call.address)
    return _invitation(console, call, user, token)


async def change_user(console: Console, call: Call) -> people.User:
    user = await colleagues.change(console.accounts, call.visitor, call.path["user"], call.body, call.address)
    console.ended()
    return user


async def reset_user(console: Console, call: Call) -> people.Invitation:
    user, token = await colleagues.reset(console.accounts, call.visitor, call.path["user"], call.address)
    return _invitation(console, call, user, token)


async def list_colleagues(console: Console, call: Call) -> people.Colleagues:
    online = await console.online()
    return people.Colleagues(
        colleagues=[
            people.Colleague(id=user.id, name=user.name, role=user.role, online=user.id in online)
            for user in await colleagues.everybody(console.accounts)
            if not user.disabled and user.role in ("admin", "manager", "operator")
        ]
    )


async def list_audit(console: Console, call: Call) -> people.AuditPage:
    cursor = call.query.cursor
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise Refused(400, "invalid", field="cursor", detail="cursor")
    return await audit.page(console.accounts.engine, int(cursor) if cursor else None, call.query.limit)


async def _come_in(console: Console, call: Call, secret: str) -> people.Me:
    visitor = await console.accounts.sessions.visitor(secret, console.accounts.now())
    assert visitor is not None
    call.cookie = secret
    return await _me(console, visitor.id, csrf_of(secret))


async def _me(console: Console, user: str, csrf: str) -> people.Me:
    account = await console.accounts.me(user)
    return people.Me(user=account, csrf=csrf, company=console.definition().settings.company, may=may(account.role))


def _invitation(console: Console, call: Call, user: people.User, token: str) -> people.Invitation:
    origin = console.origin or f"{call.request.scheme}://{call.request.host}"
    # Behind the #, which browsers do not send: the token is in no log on its way.
    link = f"{origin}/console/password#token={token}"
    return people.Invitation(user=user, link=link, expires_at=console.accounts.now() + console.link_lasts)
