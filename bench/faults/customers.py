"""Customers who sign and send numbered events, in order, each until it is answered with 200, as a channel does."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.faults.processes import TELEGRAM_SECRET, VK_GROUP, VK_SECRET
from channels.keepalive import KeepAlive, NoAnswer

RETRY_S = 0.1
"""Before a delivery is repeated. The messengers wait longer; the shorter it is, the harder for the program."""
START = "/start echo"


@dataclass(slots=True, eq=False)
class Event:
    """One event of one person. `accepted_at`: when it was answered with 200."""

    person: Person
    number: int
    text: str
    update: bytes
    first_at: float = 0.0
    accepted_at: float | None = None
    tries: int = 0


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who writes on one channel."""

    channel: str
    chat: int
    events: list[Event] = field(default_factory=list)


class Customers:
    """All of them, and what they were told."""

    def __init__(self, url: str, *, seed: int = 1) -> None:
        self.people: list[Person] = []
        self.statuses: Counter[str] = Counter()
        self.refused_at: list[float] = []
        self.accepted_at: list[float] = []
        self.give_up = asyncio.Event()
        self.enough = asyncio.Event()
        """Until it is set, `run` goes on beyond the number of events."""
        self._client = KeepAlive(url)
        self._numbers = itertools.count(1_000_000)
        self._chance = random.Random(seed)

    def close(self) -> None:
        self._client.close()

    @property
    def accepted(self) -> int:
        return len(self.accepted_at)

    def event(self, person: Person, text: str) -> Event:
        """The person's next event."""
        update_id = next(self._numbers)
        build = _telegram if person.channel == "telegram" else _vk
        update = build(person.chat, update_id, text)
        event = Event(person, len(person.events), text, json.dumps(update).encode())
        person.events.append(event)
        return event

    def words(self, person: Person) -> str:
        """What a person types next: nobody else's, and nothing that a tunnel could hear as anything else."""
        return f"p{person.chat}n{len(person.events)}"

    async def run(self, people: int, events: int, rate_per_s: float, *, first: int = 1_000, vk: float = 0.5) -> None:
        """Let `people` newcomers send `events` each (and more until `enough`), about `rate_per_s` in all.

        vk: share of them in VK; first: number of the first of them.
        """
        pause_s = people / rate_per_s
        crowd = [Person("vk" if self._chance.random() < vk else "telegram", first + n) for n in range(people)]
        self.people += crowd
        await asyncio.gather(*(self._talk(person, events, pause_s) for person in crowd))

    async def _talk(self, person: Person, events: int, pause_s: float) -> None:
        await asyncio.sleep(self._chance.uniform(0, pause_s))
        while len(person.events) < events or not (self.enough.is_set() or self.give_up.is_set()):
            event = self.event(person, self.words(person) if person.events else START)
            await self.deliver(event)
            if self.give_up.is_set():
                return
            # Some are answered at once, so that events of one person also wait together.
            await asyncio.sleep(0 if self._chance.random() < 0.3 else self._chance.uniform(0, 2.86 * pause_s))

    async def deliver(self, event: Event) -> None:
        """Deliver one event until it is accepted."""
        event.first_at = time.time()
        while not self.give_up.is_set():
            event.tries += 1
            status = await self.post(event)
            if status == 200:
                event.accepted_at = event.accepted_at or time.time()
                self.accepted_at.append(time.time())
                return
            self.refused_at.append(time.time())
            await asyncio.sleep(RETRY_S)

    async def post(self, event: Event) -> int:
        """Deliver once; the status, 0 for none."""
        telegram = event.person.channel == "telegram"
        headers = f"X-Telegram-Bot-Api-Secret-Token: {TELEGRAM_SECRET}\r\n" if telegram else ""
        path = f"/webhooks/{event.person.channel}"
        try:
            status = (await self._client.post(path, event.update, timeout_s=30, headers=headers)).status
        except NoAnswer:
            status = 0
        self.statuses[str(status or "no answer")] += 1
        return status


def _telegram(chat: int, number: int, text: str) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "Olga", "language_code": "en"}
    message: dict[str, Any] = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private", "first_name": "Olga"},
        "from": person,
        "text": text,
    }
    return {"update_id": number, "message": message}


def _vk(chat: int, number: int, text: str) -> dict[str, Any]:
    message: dict[str, Any] = {
        "date": int(time.time()),
        "from_id": chat,
        "peer_id": chat,
        "id": number,
        "out": 0,
        "conversation_message_id": number,
        "text": text,
        "random_id": 0,
        "attachments": [],
        "version": number,
    }
    if text == START:
        message |= {"text": "Start", "payload": '{"command":"start"}', "ref": "echo", "ref_source": "site"}
    content = {"message": message, "client_info": {"button_actions": ["text", "callback"], "inline_keyboard": True}}
    frame = {"group_id": VK_GROUP, "type": "message_new", "event_id": f"e{number}", "v": "5.199", "secret": VK_SECRET}
    return {**frame, "object": content}
