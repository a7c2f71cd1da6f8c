"""Lists of conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from console.models import Answer, Request

View = Literal["waiting", "mine", "unassigned", "bot", "all"]
Mode = Literal["bot", "queued", "operator", "stopped", "blocked"]


class Owner(Answer, frozen=True, kw_only=True):
    """Who holds a conversation. id: an account's, or `tg:…` for somebody of the Telegram desk."""

    id: str
    name: str


class Stage(Answer, frozen=True, kw_only=True):
    """Where a lead stands in one tunnel. Titles are the content's; a name where the content has no such thing."""

    tunnel: str
    tunnel_title: str
    stage: str
    stage_title: str
    since: datetime


class Row(Answer, frozen=True, kw_only=True):
    """One conversation of a list. id: the contact's.

    waiting_since: since when the customer's last word has waited for a person, null where nobody waits. unread: what
    the customer said since you looked or people answered, at most 99. last_by: customer, bot or operator.
    """

    id: str
    name: str
    channel: str
    mode: Mode
    queue: str
    queue_title: str
    owner: Owner | None
    version: int
    waiting_since: datetime | None
    snoozed_until: datetime | None
    last_at: datetime
    last_text: str
    last_by: str
    unread: int
    stages: list[Stage]
    tags: list[str]


class Page(Answer, frozen=True, kw_only=True):
    """Who has waited longest is first; behind those who wait, the latest first.

    next: goes into `cursor` for the page after, "" on the last. feed: the number of the last change that this page
    knows of; changes after it come in the stream.
    """

    rows: list[Row]
    next: str
    feed: int


class Counts(Answer, frozen=True, kw_only=True):
    """How many conversations each view has."""

    waiting: int
    mine: int
    unassigned: int
    bot: int
    all: int


class InboxQuery(Request, frozen=True, kw_only=True):
    """tag, stage (`tunnel/stage`), channel, queue: only these, "" for any."""

    view: View = "waiting"
    channel: str = ""
    queue: str = ""
    stage: str = ""
    tag: str = ""
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class SearchQuery(Request, frozen=True, kw_only=True):
    q: Annotated[str, Meta(min_length=1, max_length=200)]
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class FoundMessage(Answer, frozen=True, kw_only=True):
    """A message that holds the words. contact: whose conversation."""

    contact: str
    name: str
    at: datetime
    by: str
    text: str


class Found(Answer, frozen=True, kw_only=True):
    """People by name, phone, e-mail, tag or id; messages by their words in any form. Latest first."""

    people: list[Row]
    messages: list[FoundMessage]
