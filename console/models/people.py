"""Accounts of those who work here, and how they get in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from console.models import WORD, Answer, Request

Role = Literal["admin", "manager", "operator", "marketer", "viewer"]
Language = Literal["en", "ru"]
Login = Annotated[str, Meta(min_length=1, max_length=120, pattern=WORD)]
Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=WORD)]
Password = Annotated[str, Meta(min_length=1, max_length=256)]
"""Whether it is long enough is said by an error of its own."""
Code = Annotated[str, Meta(max_length=12)]
Token = Annotated[str, Meta(min_length=1, max_length=200)]


class SetupState(Answer, frozen=True, kw_only=True):
    """needed: nobody has an account yet; the one-time link that the program printed makes the first."""

    needed: bool


class Setup(Request, frozen=True, kw_only=True):
    """Make the first account, an admin's. token: from the link that the program printed."""

    token: Token
    login: Login
    name: Name
    password: Password
    language: Language = "en"


class Credentials(Request, frozen=True, kw_only=True):
    """code: of the authenticator, where one is set up; without it the answer is 401 `code_wanted`."""

    login: Login
    password: Password
    code: Code = ""


class NewPassword(Request, frozen=True, kw_only=True):
    """Set a password with the one-time link that an admin handed over (a new account, or a reset).

    code: of the authenticator, where one is set up.
    """

    token: Token
    password: Password
    code: Code = ""


class PasswordChange(Request, frozen=True, kw_only=True):
    """All other sessions of the account end."""

    old: Password
    new: Password


class MyChanges(Request, frozen=True, kw_only=True):
    """What is left out stays."""

    name: Name | None = None
    language: Language | None = None


class TotpSecret(Answer, frozen=True, kw_only=True):
    """For the authenticator: the secret in Base32, and the same as an `otpauth:` address for a QR code."""

    secret: str
    uri: str


class TotpCode(Request, frozen=True, kw_only=True):
    """The code that the authenticator shows."""

    code: Code


class TotpOff(Request, frozen=True, kw_only=True):
    """Codes are no longer asked for."""

    password: Password


class User(Answer, frozen=True, kw_only=True):
    """An account. id: also the operator's, in conversations."""

    id: str
    login: str
    name: str
    role: Role
    language: Language
    totp: bool
    disabled: bool
    invited: bool
    """Has no password yet: the one-time link was not used."""
    created_at: datetime
    seen_at: datetime | None


class Me(Answer, frozen=True, kw_only=True):
    """Who is logged in. csrf: goes into the header X-CSRF-Token of every request that is no GET.

    may: names of the operations (operationId) that this role may use.
    """

    user: User
    csrf: str
    company: str
    may: list[str]


class NewUser(Request, frozen=True, kw_only=True):
    login: Login
    name: Name
    role: Role
    language: Language = "en"


class UserChanges(Request, frozen=True, kw_only=True):
    """What is left out stays. A disabled account's sessions end at once."""

    name: Name | None = None
    role: Role | None = None
    disabled: bool | None = None
    drop_totp: bool = False
    """Take the authenticator away, for somebody who has lost it."""


class Users(Answer, frozen=True, kw_only=True):
    users: list[User]


class Invitation(Answer, frozen=True, kw_only=True):
    """link: to be handed over; works once, until `expires_at`. It is shown this one time."""

    user: User
    link: str
    expires_at: datetime


class Colleague(Answer, frozen=True, kw_only=True):
    """Somebody to whom a conversation can be assigned, or who has answered. online: has a tab of the console open."""

    id: str
    name: str
    role: Role
    online: bool


class Colleagues(Answer, frozen=True, kw_only=True):
    colleagues: list[Colleague]


class AuditLine(Answer, frozen=True, kw_only=True):
    """who: an account's id, "" for nobody known. what: the operation or `login.failed` and the like."""

    id: int
    at: datetime
    who: str
    who_name: str
    what: str
    subject: str
    details: dict[str, str]
    address: str


class AuditPage(Answer, frozen=True, kw_only=True):
    """Latest first. next: goes into `cursor` for the page after, "" on the last."""

    lines: list[AuditLine]
    next: str


class AuditQuery(Request, frozen=True, kw_only=True):
    cursor: Annotated[str, Meta(max_length=40)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 100
