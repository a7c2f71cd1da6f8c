"""`tunnel doctor`: is everything that the program leans on there, and set up as it should be?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any, Protocol

import msgspec
from redis.exceptions import RedisError

from bots.accounts import build_channels
from bots.bilingual import Text
from bots.environment import TITLES
from bots.registration import TelegramRegistration, VkRegistration, refused
from bots.settings import Settings
from bots.verdict import Verdict, well, wrong
from channels.base import Roots, SendError
from state import EmbeddedRedis, StateError, Store
from tunnel.language import load

LONGEST_S = 15.0
"""A check that has not answered by then has failed."""

_LATE = Text("{what}: no answer within {seconds:.0f} s", "{what}: нет ответа за {seconds:.0f} с")
_NETWORK = Text("check the network and the address", "проверьте сеть и адрес")
_CONTENT = Text("content in {directory}: {tunnels} tunnel(s)", "содержание в {directory}: воронок — {tunnels}")
_CONTENT_BROKEN = Text("content in {directory}: {errors} mistake(s)", "содержание в {directory}: ошибок — {errors}")
_SEE_CHECK = Text("tunnel check {directory}", "tunnel check {directory}")
_REDIS = Text("Redis answers ({where})", "Redis отвечает ({where})")
_REDIS_AWAY = Text("Redis ({where}): {error}", "Redis ({where}): {error}")
_REDIS_REMEDY = Text(
    "start it, or correct TUNNEL_REDIS_URL; empty, it starts a server of our own",
    "запустите его или исправьте TUNNEL_REDIS_URL; без него запускается свой сервер",
)
_EMBEDDED = Text("our own, under {directory}", "свой, в {directory}")
_WHERE_SET = Text("TUNNEL_REDIS_URL", "TUNNEL_REDIS_URL")
_TOKEN_VALID = Text("{channel}: the token is valid: {name}", "{channel}: токен действует: {name}")
_OFF = Text("{channel} is off: {name} is unset", "{channel} выключен: не задан {name}")
_DESK_OFF = Text(
    "operators' desk is off: nobody is on duty (TUNNEL_DESK_TELEGRAM_CHAT)",
    "стола операторов нет: никто не дежурит (TUNNEL_DESK_TELEGRAM_CHAT)",
)
_DESK = Text("operators' desk: {title}", "стол операторов: {title}")
_DESK_NO_FORUM = Text("operators' desk: {title} has no topics", "стол операторов: в {title} нет тем")
_DESK_FORUM_REMEDY = Text("switch topics on in the group's settings", "включите темы в настройках группы")
_DESK_NO_RIGHTS = Text(
    "operators' desk: the bot may not manage topics in {title}",
    "стол операторов: боту нельзя управлять темами в {title}",
)
_DESK_RIGHTS_REMEDY = Text(
    "make the bot an administrator with the right to manage topics",
    "сделайте бота администратором с правом управлять темами",
)
_DESK_UNREACHABLE = Text("operators' desk: {error}", "стол операторов: {error}")
_DESK_UNREACHABLE_REMEDY = Text(
    "add the bot to the group, and set its number (it begins with -100) as TUNNEL_DESK_TELEGRAM_CHAT",
    "добавьте бота в группу и укажите её номер (начинается с -100) в TUNNEL_DESK_TELEGRAM_CHAT",
)


async def examine(settings: Settings) -> AsyncIterator[Verdict]:
    """Look at everything, one after the other; a verdict as soon as it is known."""
    yield check_content(settings)
    yield await in_time(_WHERE_SET, check_redis(settings))
    roots = Roots(content=settings.content, data=settings.data)
    telegram, vk, whatsapp = build_channels(settings, roots)
    try:
        for name, channel in (("telegram", telegram), ("vk", vk), ("whatsapp", whatsapp)):
            if channel is None:
                yield well(_OFF.filled(channel=TITLES[name], name=f"TUNNEL_{name.upper()}_TOKEN"))
            else:
                yield await in_time(TITLES[name], check_token(name, channel))
        if telegram is not None:
            hook = TelegramRegistration(telegram, settings.public_url)
            yield await in_time(TITLES["telegram"], hook.check_polling() if settings.polls else hook.check())
        if vk is not None and not settings.polls:
            yield await in_time(TITLES["vk"], VkRegistration(vk, settings.public_url).check())
        if telegram is not None and settings.desk_telegram_chat is not None:
            me = int(telegram.account) if telegram.account.isdigit() else 0
            yield await in_time(_DESK.filled(title=""), check_desk(telegram.client, settings.desk_telegram_chat, me))
        else:
            yield well(_DESK_OFF)
    finally:
        for channel in (telegram, vk, whatsapp):
            if channel is not None:
                await channel.close()


async def in_time(what: Text, check: Awaitable[Verdict]) -> Verdict:
    """The verdict, or that none came."""
    try:
        async with asyncio.timeout(LONGEST_S):
            return await check
    except TimeoutError:
        return wrong(_LATE.filled(what=what, seconds=LONGEST_S), _NETWORK)


def check_content(settings: Settings) -> Verdict:
    """Can the content be loaded?"""
    loaded = load(settings.content)
    if loaded.definition is None:
        text = _CONTENT_BROKEN.filled(directory=settings.content, errors=len(loaded.errors))
        return wrong(text, _SEE_CHECK.filled(directory=settings.content))
    return well(_CONTENT.filled(directory=settings.content, tunnels=len(loaded.definition.tunnels)))


async def check_redis(settings: Settings) -> Verdict:
    """Does Redis answer, and can the stored data be used?"""
    if settings.redis_url:
        return await _ping(settings.redis_url, settings, _WHERE_SET)
    where = _EMBEDDED.filled(directory=settings.data)
    try:
        async with EmbeddedRedis(settings.data, fsync=settings.redis_fsync) as server:
            return await _ping(server.url, settings, where)
    except (StateError, OSError) as error:
        return wrong(_REDIS_AWAY.filled(where=where, error=error), _REDIS_REMEDY)


async def _ping(url: str, settings: Settings, where: Text) -> Verdict:
    try:
        store = await Store.connect(url, partitions=settings.partitions)
        await store.close()
    except (StateError, RedisError) as error:
        return wrong(_REDIS_AWAY.filled(where=where, error=error), _REDIS_REMEDY)
    return well(_REDIS.filled(where=where))


class Owned(Protocol):
    """A channel that can say whose its token is."""

    async def me(self) -> Any: ...


async def check_token(name: str, channel: Owned) -> Verdict:
    """Does the messenger know the token?"""
    try:
        owner = await channel.me()
    except SendError as error:
        return refused(name, error)
    shown = f"@{owner.username}" if getattr(owner, "username", "") else str(getattr(owner, "name", owner))
    return well(_TOKEN_VALID.filled(channel=TITLES[name], name=shown))


class Asked(Protocol):
    """The Bot API's client."""

    async def call(self, method: str, params: dict[str, Any]) -> msgspec.Raw: ...


class _Chat(msgspec.Struct):
    title: str = ""
    is_forum: bool = False


class _Member(msgspec.Struct):
    status: str = ""
    can_manage_topics: bool = False


async def check_desk(bot: Asked, chat: int, me: int) -> Verdict:
    """Is the operators' group a forum in which the bot may open topics?"""
    try:
        group = msgspec.json.decode(await bot.call("getChat", {"chat_id": chat}), type=_Chat)
        member = msgspec.json.decode(await bot.call("getChatMember", {"chat_id": chat, "user_id": me}), type=_Member)
    except (SendError, msgspec.DecodeError) as error:
        return wrong(_DESK_UNREACHABLE.filled(error=error), _DESK_UNREACHABLE_REMEDY)
    title = group.title or str(chat)
    if not group.is_forum:
        return wrong(_DESK_NO_FORUM.filled(title=title), _DESK_FORUM_REMEDY)
    if not (member.status == "creator" or (member.status == "administrator" and member.can_manage_topics)):
        return wrong(_DESK_NO_RIGHTS.filled(title=title), _DESK_RIGHTS_REMEDY)
    return well(_DESK.filled(title=title))
