"""WhatsApp's error codes → what happens next. The same codes come in answers and, later, in failed statuses.

Source: Meta, "Cloud API error codes" (developers.facebook.com), read 2026-11-21.
"""

from __future__ import annotations

from channels.base import BadMessage, ChannelDown, NeedsTemplate, Refused, RetryLater, SendError, SlowDown

_PAUSES_S = {
    4: 60.0,  # calls of the app
    80007: 60.0,  # calls of the business account
    130429: 1.0,  # messages a second of the number
    131048: 600.0,  # held back: earlier messages were reported as spam
    133016: 60.0,
}
_LATER_S = {1: 0.0, 2: 0.0, 131000: 0.0, 131016: 0.0, 131053: 0.0, 131056: 6.0}
"""131056: the pair rate, one message in six seconds to one person."""
_REFUSED = {131021, 131026, 131030, 131049, 131050, 130472}
_NEEDS_TEMPLATE = {470, 131047}
_DOWN = {0, 3, 10, 33, 190, 368, 131005, 131031, 131037, 131042, 131045, 133010, *range(200, 300)}

MEDIA_CODES = {"100", "131009", "131052", "131053"}
"""What comes back for the id of a file that Meta no longer keeps."""


def error_for(code: int, status: int = 400, retry_after: str = "") -> SendError:
    """The error to raise for Meta's code, or for the HTTP status where the code is not known to us.

    Its text holds numbers alone: Meta's own may repeat the phone number.
    """
    text, name = f"WhatsApp error {code}", str(code)
    if code in _PAUSES_S:
        return SlowDown(text, code=name, after_s=_PAUSES_S[code])
    if code in _LATER_S:
        return RetryLater(text, code=name, after_s=_LATER_S[code])
    if code in _REFUSED:
        return Refused(text, code=name)
    if code in _NEEDS_TEMPLATE:
        return NeedsTemplate(text, code=name)
    if code in _DOWN:
        return ChannelDown(text, code=name)
    return error_for_status(status, retry_after, code=name)


def error_for_status(status: int, retry_after: str = "", *, code: str = "") -> SendError:
    """The error to raise for an HTTP answer without a code that we know."""
    text, name = f"WhatsApp answered HTTP {status}", code or f"http_{status}"
    if status == 429:
        return SlowDown(text, code=name, after_s=float(retry_after) if retry_after.isdecimal() else 1.0)
    if status in (401, 403, 404):
        return ChannelDown(text, code=name)
    if 400 <= status < 500:
        return BadMessage(text, code=name)
    return RetryLater(text, code=name)
