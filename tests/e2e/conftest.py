"""The real program between stand-ins for the messengers, one program for each module."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conftest import REDIS_BINARIES, no_redis
from tests.e2e.people import Customer, OnSite, OnTelegram, OnVk, OnWhatsApp
from tests.e2e.program import CONTENT, Program
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_updates import DESK
from tests.fakes.vk import FakeVk
from tests.fakes.whatsapp import FakeWhatsApp

SECRET = "telegram-secret"
_numbers = count(1000)


@dataclass
class Town:
    """A program and all who talk to it. Every customer of it is somebody new."""

    program: Program
    telegram: FakeTelegram
    vk: FakeVk
    whatsapp: FakeWhatsApp
    sites: list[OnSite]

    def customer(self, channel: str) -> Customer:
        number = next(_numbers)
        if channel == "telegram":
            return OnTelegram(self.program, number, self.telegram)
        if channel == "vk":
            self.vk.users[number] = {"id": number, "first_name": "Ольга", "last_name": "К.", "sex": 1}
            return OnVk(self.program, number, self.vk)
        if channel == "whatsapp":
            return OnWhatsApp(self.program, number, self.whatsapp)
        self.sites.append(OnSite(self.program, number))
        return self.sites[-1]

    def without(self, *channels: str) -> None:
        """Leave messengers switched off: the program starts sooner. Only before the start."""
        for name in [
            name for name in self.program.env if name.startswith(tuple(f"TUNNEL_{c.upper()}_" for c in channels))
        ]:
            del self.program.env[name]

    @property
    def complaints(self) -> list[str]:
        """What the messengers' specifications forbid."""
        return [*self.telegram.errors, *self.vk.errors, *self.whatsapp.errors]


@asynccontextmanager
async def a_town(folder: Path) -> AsyncIterator[Town]:
    """All three messengers by webhook, and a desk that is always on duty; not yet started."""
    if not REDIS_BINARIES:
        no_redis()
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(FakeTelegram())
        vk, whatsapp = FakeVk(), FakeWhatsApp()
        for fake in (vk, whatsapp):
            await fake.start()
            stack.push_async_callback(fake.stop)
        program = Program(folder, settings_for(telegram, vk, whatsapp), open_content(folder))
        telegram.webhook = {"url": f"{program.url}/webhooks/telegram", "secret_token": SECRET}
        stack.push_async_callback(program.stop)
        town = Town(program, telegram, vk, whatsapp, [])
        yield town
        for site in town.sites:
            await site.close()


def settings_for(telegram: FakeTelegram, vk: FakeVk, whatsapp: FakeWhatsApp) -> dict[str, str]:
    return {
        "TUNNEL_PUBLIC_URL": "http://bot.example",  # a page's cookie over plain HTTP, as the tests have it
        "TUNNEL_TELEGRAM_TOKEN": telegram.token,
        "TUNNEL_TELEGRAM_SECRET": SECRET,
        "TUNNEL_TELEGRAM_API_URL": telegram.base_url,
        "TUNNEL_DESK_TELEGRAM_CHAT": str(DESK),
        "TUNNEL_VK_TOKEN": vk.token,
        "TUNNEL_VK_GROUP_ID": str(vk.group_id),
        "TUNNEL_VK_SECRET": vk.secret,
        "TUNNEL_VK_CONFIRMATION": vk.confirmation,
        "TUNNEL_VK_API_URL": vk.url,
        "TUNNEL_WHATSAPP_TOKEN": whatsapp.token,
        "TUNNEL_WHATSAPP_PHONE_NUMBER_ID": whatsapp.number,
        "TUNNEL_WHATSAPP_APP_SECRET": whatsapp.app_secret,
        "TUNNEL_WHATSAPP_VERIFY_TOKEN": whatsapp.verify_token,
        "TUNNEL_WHATSAPP_API_URL": whatsapp.url,
    }


def open_content(folder: Path) -> Path:
    """The content without what chance and the hour decide: always on duty, and one arm of the split for all."""
    content = folder / "content"
    shutil.copytree(CONTENT, content)
    changes = {
        "settings.yaml": (r", hours: \{.*?\}", ""),
        "tunnels/siding.yaml": (r"split: \{arms: \{price: 1, payment: 1\}\}", "to: price"),
    }
    for name, (pattern, instead) in changes.items():
        text, changed = re.subn(pattern, instead, (content / name).read_text(encoding="utf-8"))
        assert changed == 1
        (content / name).write_text(text, encoding="utf-8")
    return content


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """One program for the tests of a module, which leave nothing behind but their customers."""
    async with a_town(tmp_path_factory.mktemp("town")) as town:
        await town.program.start()
        yield town
        assert town.complaints == []


@pytest.fixture
async def fresh_town(tmp_path: Path) -> AsyncIterator[Town]:
    """A program of the test's own, to be killed and stopped; not yet started."""
    async with a_town(tmp_path) as town:
        yield town
        assert town.complaints == []
