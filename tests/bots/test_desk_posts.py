"""What operators write at the desk, as events."""

from __future__ import annotations

import pytest

from bots.intake import event_of
from channels.base import DeskPost
from tunnel.events import MoveStage

WHO = {"id": "p1", "at": 5.0, "operator": "o1", "operator_name": "Anna"}


@pytest.mark.parametrize(
    ("argument", "moved"),
    [
        ("deal", MoveStage(**WHO, stage="deal")),
        ("siding/lost дорого, уехал", MoveStage(**WHO, tunnel="siding", stage="lost", reason="дорого, уехал")),
        ("", None),
    ],
)
def test_a_stage_is_moved(argument, moved):
    post = DeskPost(id="p1", thread=31, operator="o1", operator_name="Anna", command="stage", argument=argument)
    assert event_of(post, 5.0) == moved
