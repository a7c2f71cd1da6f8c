"""What lives as long as the process is not looked through again and again."""

from __future__ import annotations

import gc

import pytest

from bots.app import GARBAGE_EVERY, settle_garbage


@pytest.fixture(autouse=True)
def as_before():
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_is_there_is_left_alone_and_cycles_made_later_are_still_found():
    lasting = [[] for _ in range(1000)]
    settle_garbage()
    assert not any(each is lasting for each in gc.get_objects())
    assert gc.get_threshold()[0] == GARBAGE_EVERY

    class Ring:
        pass

    ring = Ring()
    ring.ring = ring
    del ring
    assert gc.collect() > 0
