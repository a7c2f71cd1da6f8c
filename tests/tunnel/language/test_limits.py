"""The language's table of limits and the channels' own say the same."""

from __future__ import annotations

import pytest

from channels.base import Capabilities
from channels.telegram import rendering as telegram
from channels.vk import limits as vk
from channels.web import channel as web
from channels.whatsapp import limits as whatsapp
from tunnel.language.limits import CHANNEL_TITLES, LIMITS


def table(module: object) -> Capabilities:
    found = [value for value in vars(module).values() if isinstance(value, Capabilities)]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(("name", "module"), [("telegram", telegram), ("vk", vk), ("whatsapp", whatsapp), ("web", web)])
def test_limits(name: str, module: object) -> None:
    ours, theirs = LIMITS[name], table(module)
    assert ours.text.value == theirs.text.value
    assert ours.caption.value == theirs.caption.value
    assert ours.buttons.value == theirs.buttons.value
    assert ours.label.value == theirs.label.value
    assert (ours.list_rows and ours.list_rows.value) == (theirs.list_rows and theirs.list_rows.value)
    assert (ours.list_label and ours.list_label.value) == (theirs.list_label and theirs.list_label.value)
    assert {kind: one.value for kind, one in ours.file_bytes.items()} == {
        kind: one.value for kind, one in theirs.file_bytes.items()
    }
    assert ours.ask_phone == theirs.ask_phone
    assert ours.window_s == theirs.window_s


def test_each_limit_names_its_source() -> None:
    assert set(CHANNEL_TITLES) == set(LIMITS)
    for limits in LIMITS.values():
        for number in (
            limits.text,
            limits.caption,
            limits.body,
            limits.buttons,
            limits.label,
            *limits.file_bytes.values(),
        ):
            assert number.value > 0
            assert number.source
