"""`tunnel account`: a one-time link for somebody who cannot get into the console, from the machine itself."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

import click

from bots.bilingual import Language, Text
from bots.cli.records import with_records
from bots.cli.screen import FAILED, WRONG_USE, say, settings_or_exit, speaks
from bots.settings import Settings

if TYPE_CHECKING:
    from records import Records

_LINK = Text(
    "This link sets a new password; it works once, for 24 hours:",
    "По этой ссылке задаётся новый пароль; она действует один раз, 24 часа:",
)
_FIRST = Text(
    "Nobody has an account yet. This link makes the first, an admin's; it works once, for 24 hours:",
    "Учётных записей ещё нет. По этой ссылке создаётся первая, администратора; она действует один раз, 24 часа:",
)
_UNKNOWN = Text("There is no account {login!r}.", "Учётной записи {login!r} нет.")
_WANTED = Text("Say whose: tunnel account LOGIN", "Скажите, чья: tunnel account ЛОГИН")


@click.command(
    help=say(
        "Print a one-time link that sets a new password for LOGIN: for an admin who is locked out. With --drop-code "
        "the authenticator's code is no longer asked for. Where nobody has an account yet: the link that makes the "
        "first.",
        "Напечатать одноразовую ссылку, по которой LOGIN задаст новый пароль: если администратор не может войти. С "
        "--drop-code код аутентификатора больше не спрашивается. Пока учётных записей нет — ссылка для первой.",
    )
)
@click.argument("login", required=False, default="")
@click.option("--drop-code", is_flag=True, help=say("Take the authenticator away.", "Убрать аутентификатор."))
@speaks
def account(login: str, drop_code: bool, lang: Language) -> None:
    """Make a link, print it, write it into the audit."""
    settings = settings_or_exit(lang)
    raise SystemExit(
        asyncio.run(with_records(settings, lang, lambda own: _link(own, settings, login, drop_code, lang)))
    )


async def _link(own: Records, settings: Settings, login: str, drop_code: bool, lang: Language) -> int:
    from console.accounts.accounts import Accounts
    from console.accounts.colleagues import reset_by_machine

    base = settings.public_url or f"http://localhost:{settings.port}"
    accounts = Accounts(own.engine, time.time)
    first = await accounts.first_link()
    if first is not None:
        print(f"{_FIRST(lang)}\n  {base}/console/setup#token={first}")
        return 0
    if not login:
        print(_WANTED(lang), file=sys.stderr)
        return WRONG_USE
    token = await reset_by_machine(accounts, login, drop_code=drop_code)
    if token is None:
        print(_UNKNOWN.filled(login=login)(lang), file=sys.stderr)
        return FAILED
    print(f"{_LINK(lang)}\n  {base}/console/password#token={token}")
    return 0
