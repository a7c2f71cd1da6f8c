"""Where tracked links lead, the secret that signs them, and how often the content failed."""

from __future__ import annotations

import asyncio

from state import FaultCount, Store
from tests.state.conftest import NOW, Clock


async def test_links_are_kept_for_all(store: Store, other: Store) -> None:
    await store.keep_links({f"link{number}": b"https://example.com" for number in range(20)})
    assert await other.link("link7") == b"https://example.com"
    assert await other.link("link99") is None


async def test_all_processes_have_one_secret(store: Store, other: Store) -> None:
    found = await asyncio.gather(*(one.shared_secret("links") for one in (store, other) * 5))
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    assert await store.shared_secret("another") != found[0]


async def test_a_click_counts_once_a_while(store: Store) -> None:
    assert await store.first_click("ann", "link", 60)
    assert not await store.first_click("ann", "link", 60)
    assert await store.first_click("bob", "link", 60)
    assert await store.first_click("ann", "other", 60)


async def test_faults_are_counted(store: Store, other: Store, clock: Clock) -> None:
    await store.count_faults("r1", [("siding/hello", "no such variable"), ("siding/price", "division")])
    clock.now += 5
    await other.count_faults("r1", [("siding/hello", "no such variable")])
    assert await store.faults() == [
        FaultCount("r1", "siding/hello", "no such variable", 2, NOW + 5),
        FaultCount("r1", "siding/price", "division", 1, NOW),
    ]
    assert await store.faults("r2") == []
    await store.count_faults("r1", [])


async def test_faults_are_bounded_and_old_ones_make_room(store: Store) -> None:
    await store.count_faults("r1", [(f"t/step{number}", "x") for number in range(300)])
    assert len(await store.faults()) == 200
    await store.count_faults("r2", [("t/step", "y" * 1000)])
    (fault,) = await store.faults()
    assert (fault.revision, len(fault.message)) == ("r2", 300)
