"""The channels that are on, made from the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from bots.polling import Polled
from bots.rows import account_key
from bots.sender import Pace
from bots.settings import Settings
from channels.base import Channel, Roots
from channels.telegram import Telegram
from channels.vk import Vk
from channels.web import WebChat
from channels.whatsapp import WhatsApp
from state import Store, Unavailable


@dataclass(slots=True)
class Accounts:
    """Every account, each with its channel. `desk`: whether operators have a Telegram group."""

    settings: Settings
    web: WebChat
    telegram: Telegram | None = None
    vk: Vk | None = None
    whatsapp: WhatsApp | None = None
    by_key: Mapping[str, Channel] = field(default_factory=dict)

    @property
    def channels(self) -> Sequence[Channel]:
        """All that are on."""
        return list(self.by_key.values())

    @property
    def polled(self) -> Sequence[Polled]:
        """Those that can be asked for updates."""
        return [cast("Polled", channel) for channel in (self.telegram, self.vk) if channel is not None]

    @property
    def desk(self) -> bool:
        """Whether the operators have a desk."""
        return self.telegram is not None and self.settings.desk_telegram_chat is not None

    def pace(self, channel: Channel) -> Pace:
        """How fast an account may send."""
        if channel.name == "web":
            return Pace()
        limits = channel.capabilities
        official = self.settings.is_official(channel.name)
        return Pace(
            account_per_s=self.settings.rate_per_s(channel.name),
            person_per_s=limits.person_rate_per_s if official else 0.0,
            person_burst=limits.person_burst,
        )


def build_channels(settings: Settings, roots: Roots) -> tuple[Telegram | None, Vk | None, WhatsApp | None]:
    """The messengers whose token is set."""
    telegram = vk = whatsapp = None
    if settings.telegram_token:
        telegram = Telegram(
            settings.telegram_token.get_secret_value(),
            secret=settings.telegram_secret.get_secret_value() or None,
            api_url=settings.telegram_api_url,
            roots=roots,
            desk_chat=settings.desk_telegram_chat,
        )
    if settings.vk_token:
        vk = Vk(
            settings.vk_token.get_secret_value(),
            settings.vk_group_id,
            secret=settings.vk_secret.get_secret_value() or None,
            confirmation=settings.vk_confirmation or None,
            api_url=settings.vk_api_url,
            roots=roots,
        )
    if settings.whatsapp_token:
        whatsapp = WhatsApp(
            settings.whatsapp_token.get_secret_value(),
            settings.whatsapp_phone_number_id,
            app_secret=settings.whatsapp_app_secret.get_secret_value() or None,
            verify_token=settings.whatsapp_verify_token.get_secret_value() or None,
            api_url=settings.whatsapp_api_url,
            roots=roots,
        )
    return telegram, vk, whatsapp


def build_accounts(settings: Settings, store: Store) -> Accounts:
    """Every channel that is on; the web chat always is."""
    roots = Roots(content=settings.content, data=settings.data)
    web = WebChat(store, roots, unavailable=(Unavailable,))
    telegram, vk, whatsapp = build_channels(settings, roots)
    channels: list[Channel] = [channel for channel in (web, telegram, vk, whatsapp) if channel is not None]
    by_key = {account_key(channel.name, channel.account): channel for channel in channels}
    return Accounts(settings, web, telegram, vk, whatsapp, by_key)
