"""VK: a community's messages, by Callback API or Bots Long Poll API, version 5.199.

Modules: `inbound` (what arrives → events), `outbound` (messages → calls), `client` (one call over HTTP, errors),
`files` (uploads), `registration` (the callback server, the long poll), `channel` (all of it as one `Channel`).
"""

from channels.vk.channel import Vk
from channels.vk.limits import CAPABILITIES
from channels.vk.registration import CallbackServer

__all__ = ["CAPABILITIES", "CallbackServer", "Vk"]
