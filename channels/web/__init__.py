"""The site's own chat: a page, its API, and the channel that writes into a visitor's thread."""

from channels.web.channel import WebChat
from channels.web.http import ChatSite, Limits
from channels.web.page import PageInfo
from channels.web.threads import Threads

__all__ = ["ChatSite", "Limits", "PageInfo", "Threads", "WebChat"]
