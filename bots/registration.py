"""Where the messengers deliver updates: set, checked, removed. WhatsApp's is set by hand, in steps that are printed."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from bots.bilingual import Text
from bots.environment import TITLES
from bots.verdict import Verdict, well, wrong
from channels.base import BadMessage, ChannelDown, Refused, SendError
from channels.telegram import Webhook
from channels.vk import CallbackServer

_POINTS_HERE = Text("{channel}: updates come to {url}", "{channel}: обновления приходят на {url}")
_REMOVED = Text("{channel}: no webhook", "{channel}: вебхука нет")
_FAILED = Text("{channel}: {error}", "{channel}: {error}")
_NOT_SET = Text("{channel}: no webhook is set", "{channel}: вебхук не задан")
_ELSEWHERE = Text("{channel}: updates go to {url}", "{channel}: обновления уходят на {url}")
_SET_IT = Text("tunnel webhooks set {name}", "tunnel webhooks set {name}")
_LAST_ERROR = Text(
    "{channel}: the last delivery failed: {error}; {pending} updates wait",
    "{channel}: последняя доставка не удалась: {error}; в очереди обновлений: {pending}",
)
_REACHABLE = Text(
    "is the program running, and is {url} open to the internet with a valid certificate?",
    "запущена ли программа, и открыт ли {url} из интернета с действующим сертификатом?",
)
_CONFIRMATION = Text(
    "{channel}: the confirmation string set here is not VK's; nothing was changed",
    "{channel}: строка подтверждения здесь не та, что у ВКонтакте; ничего не изменено",
)
_SET_CONFIRMATION = Text(
    "set TUNNEL_VK_CONFIRMATION={code}, restart the program, then: tunnel webhooks set vk",
    "задайте TUNNEL_VK_CONFIRMATION={code}, перезапустите программу, затем: tunnel webhooks set vk",
)
_VK_STATUS = Text("{channel}: VK says of our server: {status}", "{channel}: ВКонтакте сообщает о сервере: {status}")
_SWITCHED_OFF = Text(
    "{channel}: these kinds of updates are switched off: {kinds}", "{channel}: выключены виды событий: {kinds}"
)
_POLLING_BLOCKED = Text(
    "{channel}: a webhook is set ({url}), though updates are polled here",
    "{channel}: задан вебхук ({url}), хотя здесь обновления опрашиваются",
)
_REMOVE_IT = Text(
    "tunnel webhooks remove {name} — or let `tunnel run` do it when it starts",
    "tunnel webhooks remove {name} — или это сделает `tunnel run` при запуске",
)


class TelegramHook(Protocol):
    """What of the Telegram channel is needed here."""

    async def set_webhook(self, url: str) -> None: ...
    async def check_webhook(self) -> Webhook: ...
    async def remove_webhook(self) -> None: ...


class VkHook(Protocol):
    """What of the VK channel is needed here."""

    async def set_webhook(self, url: str) -> CallbackServer: ...
    async def check_webhook(self, url: str) -> CallbackServer: ...
    async def remove_webhook(self, url: str) -> bool: ...


def webhook_url(public_url: str, channel: str) -> str:
    """Where a channel's updates are to be delivered."""
    return f"{public_url}/webhooks/{channel}"


class TelegramRegistration:
    """The webhook of one bot."""

    def __init__(self, hook: TelegramHook, public_url: str) -> None:
        self._hook = hook
        self._url = webhook_url(public_url, "telegram")

    async def set(self) -> Verdict:
        """Set the webhook, then look whether it is there."""
        return await _told("telegram", self._set())

    async def check(self) -> Verdict:
        """Say where updates go, and whether that works."""
        return await _told("telegram", self._check())

    async def remove(self) -> Verdict:
        """Take the webhook away."""
        return await _told("telegram", self._remove())

    async def check_polling(self) -> Verdict:
        """Say whether a webhook stands in the way of polling."""
        return await _told("telegram", self._check_polling())

    async def _set(self) -> Verdict:
        await self._hook.set_webhook(self._url)
        return await self._check()

    async def _check(self) -> Verdict:
        title = TITLES["telegram"]
        hook = await self._hook.check_webhook()
        if not hook.url:
            return wrong(_NOT_SET.filled(channel=title), _SET_IT.filled(name="telegram"))
        if hook.url != self._url:
            return wrong(_ELSEWHERE.filled(channel=title, url=hook.url), _SET_IT.filled(name="telegram"))
        # Telegram keeps the last error for ever; it matters while updates wait for another try.
        if hook.last_error and hook.pending:
            text = _LAST_ERROR.filled(channel=title, error=hook.last_error, pending=hook.pending)
            return wrong(text, _REACHABLE.filled(url=self._url))
        return well(_POINTS_HERE.filled(channel=title, url=hook.url))

    async def _remove(self) -> Verdict:
        await self._hook.remove_webhook()
        return well(_REMOVED.filled(channel=TITLES["telegram"]))

    async def _check_polling(self) -> Verdict:
        title = TITLES["telegram"]
        hook = await self._hook.check_webhook()
        if hook.url:
            return wrong(_POLLING_BLOCKED.filled(channel=title, url=hook.url), _REMOVE_IT.filled(name="telegram"))
        return well(_REMOVED.filled(channel=title))


class VkRegistration:
    """The callback server of one community."""

    def __init__(self, hook: VkHook, public_url: str) -> None:
        self._hook = hook
        self._url = webhook_url(public_url, "vk")

    async def set(self) -> Verdict:
        """Register our address; VK asks it for the confirmation string at once, so the program must be running."""
        return await _told("vk", self._judge(self._hook.set_webhook(self._url)))

    async def check(self) -> Verdict:
        """Say where updates go, and whether that works."""
        return await _told("vk", self._judge(self._hook.check_webhook(self._url)))

    async def remove(self) -> Verdict:
        """Take our server away."""
        return await _told("vk", self._remove())

    async def _judge(self, answer: Awaitable[CallbackServer]) -> Verdict:
        server, title = await answer, TITLES["vk"]
        if server.status == "confirmation":
            return wrong(_CONFIRMATION.filled(channel=title), _SET_CONFIRMATION.filled(code=server.confirmation))
        if server.status == "missing":
            return wrong(_NOT_SET.filled(channel=title), _SET_IT.filled(name="vk"))
        if server.status == "elsewhere":
            return wrong(_ELSEWHERE.filled(channel=title, url=server.url), _SET_IT.filled(name="vk"))
        if server.status != "ok":
            return wrong(_VK_STATUS.filled(channel=title, status=server.status), _REACHABLE.filled(url=self._url))
        if server.switched_off:
            kinds = ", ".join(server.switched_off)
            return wrong(_SWITCHED_OFF.filled(channel=title, kinds=kinds), _SET_IT.filled(name="vk"))
        return well(_POINTS_HERE.filled(channel=title, url=server.url))

    async def _remove(self) -> Verdict:
        await self._hook.remove_webhook(self._url)
        return well(_REMOVED.filled(channel=TITLES["vk"]))


def registrations(
    telegram: TelegramHook | None, vk: VkHook | None, public_url: str
) -> dict[str, TelegramRegistration | VkRegistration]:
    """The registrations that can be looked at from here, by channel."""
    found: dict[str, TelegramRegistration | VkRegistration] = {}
    if telegram is not None:
        found["telegram"] = TelegramRegistration(telegram, public_url)
    if vk is not None:
        found["vk"] = VkRegistration(vk, public_url)
    return found


async def _told(channel: str, verdict: Awaitable[Verdict]) -> Verdict:
    """The verdict, or the messenger's refusal as one."""
    try:
        return await verdict
    except SendError as error:
        return refused(channel, error)


_TOKEN = Text("is {name} right, and not revoked?", "верен ли {name}, не отозван ли он?")
_AGAIN = Text("try again in a minute", "повторите через минуту")


def refused(channel: str, error: SendError) -> Verdict:
    """What a messenger's refusal means to the person at the terminal. Its text holds no secret (channels.base)."""
    code = f" [{error.code}]" if error.code else ""
    lasting = isinstance(error, ChannelDown | BadMessage | Refused)
    remedy = _TOKEN.filled(name=f"TUNNEL_{channel.upper()}_TOKEN") if lasting else _AGAIN
    return wrong(_FAILED.filled(channel=TITLES[channel], error=f"{error}{code}"), remedy)
