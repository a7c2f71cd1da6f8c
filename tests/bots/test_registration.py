"""What the person at the terminal is told of the webhooks."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bots.registration import TelegramRegistration, VkRegistration
from bots.verdict import Verdict
from channels.base import ChannelDown, RetryLater, SendError
from channels.telegram import Webhook
from channels.vk import CallbackServer

HERE = "https://bot.example.com"
TELEGRAM_HERE = f"{HERE}/webhooks/telegram"
VK_HERE = f"{HERE}/webhooks/vk"


@dataclass
class TelegramStand:
    """A bot whose webhook is a variable."""

    hook: Webhook = field(default_factory=lambda: Webhook(url="", pending=0, last_error="", last_error_at=0, kinds=()))
    error: SendError | None = None

    async def set_webhook(self, url: str) -> None:
        if self.error:
            raise self.error
        self.hook = Webhook(url=url, pending=0, last_error="", last_error_at=0, kinds=())

    async def check_webhook(self) -> Webhook:
        if self.error:
            raise self.error
        return self.hook

    async def remove_webhook(self) -> None:
        await self.set_webhook("")


@dataclass
class VkStand:
    """A community that answers what it was made with."""

    server: CallbackServer
    removed: list[str] = field(default_factory=list)

    async def set_webhook(self, url: str) -> CallbackServer:
        return self.server

    async def check_webhook(self, url: str) -> CallbackServer:
        return self.server

    async def remove_webhook(self, url: str) -> bool:
        self.removed.append(url)
        return True


def said(verdict: Verdict) -> tuple[str, str]:
    return verdict.render("en"), verdict.remedy.en


async def test_telegram_is_set_and_looked_at() -> None:
    stand = TelegramStand()
    verdict = await TelegramRegistration(stand, HERE).set()
    assert stand.hook.url == TELEGRAM_HERE
    assert said(verdict) == (f"✓ Telegram: updates come to {TELEGRAM_HERE}", "")


async def test_telegram_is_removed() -> None:
    stand = TelegramStand(Webhook(url="x", pending=0, last_error="", last_error_at=0, kinds=()))
    assert (await TelegramRegistration(stand, "").remove()).ok
    assert stand.hook.url == ""


@pytest.mark.parametrize(
    ("url", "pending", "error", "starts", "remedy"),
    [
        ("", 0, "", "✗ Telegram: no webhook is set", "tunnel webhooks set telegram"),
        ("https://x/old", 0, "", "✗ Telegram: updates go to https://x/old", "tunnel webhooks set telegram"),
        (TELEGRAM_HERE, 3, "", "✓ Telegram", ""),
        (TELEGRAM_HERE, 0, "Bad Gateway", "✓ Telegram", ""),
        (
            TELEGRAM_HERE,
            3,
            "Bad Gateway",
            "✗ Telegram: the last delivery failed: Bad Gateway; 3 updates wait",
            "is the",
        ),
    ],
)
async def test_telegram_is_checked(url: str, pending: int, error: str, starts: str, remedy: str) -> None:
    stand = TelegramStand(Webhook(url=url, pending=pending, last_error=error, last_error_at=1, kinds=()))
    line, advice = said(await TelegramRegistration(stand, HERE).check())
    assert line.startswith(starts)
    assert advice.startswith(remedy)
    assert bool(advice) == bool(remedy)


async def test_a_webhook_stands_in_the_way_of_polling() -> None:
    stand = TelegramStand(Webhook(url="https://x/old", pending=0, last_error="", last_error_at=0, kinds=()))
    assert not (await TelegramRegistration(stand, "").check_polling()).ok
    assert (await TelegramRegistration(TelegramStand(), "").check_polling()).ok


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (ChannelDown("Unauthorized", code="401"), "is TUNNEL_TELEGRAM_TOKEN right, and not revoked?"),
        (RetryLater("no connection"), "try again in a minute"),
    ],
)
async def test_a_refusal_is_a_verdict(error: SendError, remedy: str) -> None:
    for action in ("set", "check", "remove", "check_polling"):
        verdict = await getattr(TelegramRegistration(TelegramStand(error=error), HERE), action)()
        assert not verdict.ok
        assert str(error) in verdict.text.en
        assert verdict.remedy.en == remedy


@pytest.mark.parametrize(
    ("server", "starts", "remedy"),
    [
        (CallbackServer("ok", VK_HERE, "c"), f"✓ VK: updates come to {VK_HERE}", ""),
        (CallbackServer("confirmation", VK_HERE, "new1"), "✗ VK: the confirmation", "set TUNNEL_VK_CONFIRMATION=new1,"),
        (CallbackServer("missing"), "✗ VK: no webhook is set", "tunnel webhooks set vk"),
        (CallbackServer("elsewhere", "https://x/old"), "✗ VK: updates go to https://x/old", "tunnel webhooks set vk"),
        (CallbackServer("failed", VK_HERE), "✗ VK: VK says of our server: failed", "is the program running"),
        (CallbackServer("ok", VK_HERE, "c", ("message_new",)), "✗ VK: these kinds", "tunnel webhooks set vk"),
    ],
)
async def test_vk_is_set_and_checked(server: CallbackServer, starts: str, remedy: str) -> None:
    for action in ("set", "check"):
        line, advice = said(await getattr(VkRegistration(VkStand(server), HERE), action)())
        assert line.startswith(starts)
        assert advice.startswith(remedy)


async def test_vk_is_removed() -> None:
    stand = VkStand(CallbackServer("missing"))
    assert (await VkRegistration(stand, HERE).remove()).ok
    assert stand.removed == [VK_HERE]
