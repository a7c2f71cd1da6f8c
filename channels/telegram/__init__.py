"""Telegram: the Bot API as a channel."""

from channels.telegram.channel import Me, Telegram, Webhook
from channels.telegram.rendering import CAPABILITIES

__all__ = ["CAPABILITIES", "Me", "Telegram", "Webhook"]
