"""VK's error codes → what happens next.

Sources: VKCOM/vk-api-schema 5.199, errors.json; dev.vk.com, "Errors"; read 2026-11-21. VK answers them with HTTP 200.
"""

from __future__ import annotations

from channels.base import BadMessage, ChannelDown, Refused, RetryLater, SendError, SlowDown

_PAUSES_S = {
    6: 1.0,  # over 20 requests a second
    9: 60.0,  # flood control: too many alike
    10: 3.0,  # internal error at VK
    14: 60.0,  # captcha wanted: a milder flood control
    29: 300.0,  # a method's quota is used up
    984: 60.0,  # too many messages in a short time
}
_LATER = {1, 32, 36}
_REFUSED = {18, 900, 901, 902, 917, 932, 936, 950, 1021, 3610}
_DOWN = {
    *(2, 3, 4, 5, 7, 11, 15, 16, 17, 20, 21, 23, 24, 25, 27, 28, 34, 35, 38, 41, 42, 43),
    *(125, 203, 1105, 1114, 1116, 1117, 1118, 3300, 3301, 3302, 3303, 3304, 3609),
}
_FIRST_OF_THE_METHODS = 100
"""From here on codes speak of one call's parameters, below of the application, the key or VK itself."""


def error_for(code: int) -> SendError:
    """The error to raise for VK's code. Its text holds the code alone: VK's own repeats what we sent."""
    text = f"VK error {code}"
    if code in _PAUSES_S:
        return SlowDown(text, code=str(code), after_s=_PAUSES_S[code])
    if code in _REFUSED:
        return Refused(text, code=str(code))
    if code in _DOWN:
        return ChannelDown(text, code=str(code))
    if code in _LATER or code < _FIRST_OF_THE_METHODS:
        return RetryLater(text, code=str(code))
    return BadMessage(text, code=str(code))


def error_for_status(status: int, retry_after: str = "") -> SendError:
    """The error to raise for an HTTP answer that is not VK's JSON."""
    text, code = f"VK answered HTTP {status}", f"http_{status}"
    if status == 429:
        return SlowDown(text, code=code, after_s=float(retry_after) if retry_after.isdecimal() else 1.0)
    if status in (401, 403, 404):
        return ChannelDown(text, code=code)
    if 400 <= status < 500:
        return BadMessage(text, code=code)
    return RetryLater(text, code=code)
