from __future__ import annotations

from channels.web.rates import Buckets, Rate


def test_a_burst_passes_and_then_a_steady_rate() -> None:
    buckets = Buckets(Rate(burst=3, per_s=2))
    assert [buckets.wait_s("a", 10.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.wait_s("a", 10.5) == 0
    assert buckets.wait_s("a", 10.5) == 0.5


def test_asking_in_vain_costs_nothing() -> None:
    buckets = Buckets(Rate(burst=1, per_s=1))
    assert buckets.wait_s("a", 0.0) == 0
    for _ in range(10):
        assert buckets.wait_s("a", 0.0) == 1
    assert buckets.wait_s("a", 1.0) == 0


def test_keys_do_not_share() -> None:
    buckets = Buckets(Rate(burst=1, per_s=1))
    assert [buckets.wait_s(key, 0.0) for key in "abc"] == [0, 0, 0]


def test_a_clock_that_goes_back_gives_and_takes_nothing() -> None:
    buckets = Buckets(Rate(burst=1, per_s=1))
    assert buckets.wait_s("a", 100.0) == 0
    assert buckets.wait_s("a", 50.0) == 1


def test_memory_is_bounded_and_the_oldest_go_first() -> None:
    buckets = Buckets(Rate(burst=1, per_s=0.001), remembered=3)
    for key in "abcd":
        assert buckets.wait_s(key, 0.0) == 0
    assert buckets.wait_s("d", 0.0) > 0
    assert buckets.wait_s("a", 0.0) == 0, "forgotten, so it begins with a full bucket"
