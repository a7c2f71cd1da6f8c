"""Sample conversations for the console's pictures: held with the real program, then put back to when they took place.

A talk is played at once and its rows in the records are moved afterwards: each moment of the playing has the moment
that it stands for. So the road of a message is the real one, and nobody waits for two days.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import update

from records import Records
from records.bulk import table_of
from records.database import reading, writing
from records.tables import Base, Contact, Seen
from records.tables.base import UtcTime
from tests.browser.console.desk import Desk
from tests.console.stand import Browser as Api
from tests.e2e.people import Customer
from tests.e2e.test_console import shown

_ids = count(1)
NOT_TOLD = ("feed", "journal", "session_snapshots", "set_aside")
"""Tables whose times are the program's own."""


@dataclass
class Talk:
    """A customer and who answers them. marks: (when it was played, when that stands for), Unix seconds."""

    desk: Desk
    customer: Customer
    name: str
    contact: str = ""
    marks: list[tuple[float, float]] = field(default_factory=list)

    def ago(self, **ago: float) -> Talk:
        """What comes next was that long ago."""
        now = time.time()
        self.marks.append((now, now - timedelta(**ago).total_seconds()))
        return self

    async def post(self, message: Any) -> None:
        assert await self.customer.post(self._named(message)) == 200

    async def opens(self, hears: str) -> None:
        self._introduce()
        if self.customer.channel in ("web", "vk"):
            await self.customer.open()
        else:
            await self.post(self.customer.opening())
        await self.customer.hears(hears)

    async def says(self, text: str, hears: str = "") -> None:
        await self.post(self.customer.words(text))
        if hears:
            await self.customer.hears(hears)

    async def presses(self, label: str, hears: str) -> None:
        button = next(seen.buttons[label] for seen in reversed(self.customer.seen) if label in seen.buttons)
        await self.post(self.customer.tap(button, label))
        await self.customer.hears(hears)

    async def do(self, who: str, command: str, **body: Any) -> None:
        """One command of the console, by this account."""
        api = self.desk.apis[who]
        path = f"/conversations/{await self.known(api)}"
        version = (await api.get(path))["version"]
        await api.post(f"{path}/{command}", {"id": f"picture-{next(_ids):06d}", "version": version, **body})

    async def answers(self, who: str, text: str, **more: Any) -> None:
        await self.do(who, "say", text=text, **more)
        await self.customer.hears(text[:40])

    async def known(self, api: Api) -> str:
        """The contact's id, once the records have it. VK tells first names; a visitor of the site has none."""
        name = {"web": "", "vk": self.name.partition(" ")[0]}.get(self.customer.channel, self.name)
        if not self.contact:
            query = {"view": "all", "channel": self.customer.channel, "limit": 200}
            self.contact = await shown(
                api,
                "/inbox",
                lambda page: next((row["id"] for row in page["rows"] if row["name"] == name), ""),
                **query,
            )
        return self.contact

    def _introduce(self) -> None:
        if self.customer.channel == "vk":
            first, _, last = self.name.partition(" ")
            self.desk.town.vk.users[self.customer.number] = {
                "id": self.customer.number, "first_name": first, "last_name": last, "sex": 1,
            }  # fmt: skip

    def _named(self, update_: Any) -> Any:
        """Telegram and WhatsApp give the name with each update."""
        if self.customer.channel == "telegram":
            said = update_.get("message") or update_["callback_query"]
            people = [said["from"], said.get("chat") or said["message"]["chat"]]
            for one in people:
                one["first_name"] = self.name
        elif self.customer.channel == "whatsapp":
            for contact in update_["entry"][0]["changes"][0]["value"].get("contacts", ()):
                contact["profile"]["name"] = self.name
        return update_

    def moved(self, at: datetime) -> datetime:
        """When a moment of the playing was."""
        played = at.timestamp()
        place = max(0, bisect_right(self.marks, played, key=lambda mark: mark[0]) - 1)
        real, meant = self.marks[place]
        return datetime.fromtimestamp(meant + max(0.0, played - real), UTC)


async def put_back(data: Path, talks: list[Talk]) -> None:
    """Give every row of these contacts the time that it stands for."""
    records = Records.open("", data)
    for model in Base.__subclasses__():
        table = table_of(model)
        key = table.c.get("contact") if model is not Contact else table.c.id
        times = [column.name for column in table.c if isinstance(column.type, UtcTime)]
        if key is None or not times or model is Seen or table.name in NOT_TOLD:
            continue
        for talk in talks:
            async with reading(records.engine) as connection:
                rows = (await connection.execute(table.select().where(key == talk.contact))).all()
            async with writing(records.engine) as connection:
                for row in rows:
                    old = row._mapping
                    new = {
                        name: talk.moved(old[name])
                        for name in times
                        if old[name] and old[name].timestamp() < time.time()
                    }
                    same = [column == old[column.name] for column in table.primary_key]
                    if new:
                        await connection.execute(update(table).where(*same).values(**new))
    await records.close()


def in_(**span: float) -> str:
    """A time from now, as the API takes it."""
    return (datetime.now(UTC) + timedelta(**span)).isoformat()
