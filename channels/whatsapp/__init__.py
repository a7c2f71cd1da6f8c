"""WhatsApp: one phone number of the Business Platform's Cloud API.

Modules: `inbound` (what arrives → events), `outbound` (messages → calls), `marks` (bold and italic as signs in the
text), `client` (one call over HTTP), `errors`, `steps` (how an owner sets the webhook up), `channel` (all of it).
"""

from channels.whatsapp.channel import WhatsApp
from channels.whatsapp.limits import CAPABILITIES
from channels.whatsapp.steps import webhook_steps

__all__ = ["CAPABILITIES", "WhatsApp", "webhook_steps"]
