"""Promo codes: never over the limit, one for each visit, redeemed for one order."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

from state import Given, Store, plain_code
from tests.state.conftest import NOW, Clock

_numbers = count()


async def reserve(store: Store, contact: str, visit: int = 1, limit: int | None = None, *codes: str) -> Given | None:
    chosen = codes or (f"CODE{next(_numbers)}",)
    return await store.reserve_promo(
        "comeback", contact, visit, codes=chosen, discount="10%", valid_s=3600, limit=limit
    )


async def test_a_visit_has_one_code(store: Store, other: Store, clock: Clock) -> None:
    first = await reserve(store, "ann")
    assert first is not None
    assert first.until == NOW + 3600
    clock.now += 60
    assert await reserve(other, "ann") == first
    assert await reserve(store, "ann", visit=2) != first
    assert await reserve(store, "bob") != first


@pytest.mark.parametrize("limit", [0, 7])
async def test_never_over_the_limit(store: Store, other: Store, limit: int) -> None:
    given = await asyncio.gather(
        *(reserve(one, f"contact{number}", limit=limit) for number in range(20) for one in (store, other))
    )
    codes = {one.code for one in given if one is not None and one.code}
    assert len(codes) == limit
    assert given.count(Given("", 0.0)) == 2 * (20 - limit)


async def test_a_taken_code_is_not_given_again(store: Store) -> None:
    assert (await reserve(store, "ann", 1, None, "A")) == Given("A", NOW + 3600)
    assert await reserve(store, "bob", 1, None, "A") is None
    assert (await reserve(store, "bob", 1, None, "A", "B")) == Given("B", NOW + 3600)


async def test_a_code_is_redeemed_for_one_order(store: Store, clock: Clock) -> None:
    await reserve(store, "ann", 1, None, "DOM-1")
    clock.now += 10
    first = await store.redeem_promo("DOM-1", "17", 990.5)
    assert first is not None
    assert (first.verdict, first.promo, first.discount, first.contact) == ("ok", "comeback", "10%", "ann")
    assert (first.redeemed_at, first.total, first.told) == (NOW + 10, 990.5, False)
    await store.promo_told("DOM-1")
    clock.now += 10_000  # long after its last moment: the order was made in time
    again = await store.redeem_promo("DOM-1", "17", 1.0)
    assert again is not None
    assert (again.verdict, again.redeemed_at, again.total, again.told) == ("ok", NOW + 10, 990.5, True)
    other = await store.redeem_promo("DOM-1", "18")
    assert other is not None
    assert other.verdict == "other"


async def test_one_of_many_orders_wins(store: Store, other: Store) -> None:
    await reserve(store, "ann", 1, None, "DOM-1")
    verdicts = await asyncio.gather(*(one.redeem_promo("DOM-1", str(n)) for n in range(9) for one in (store, other)))
    won = [one for one in verdicts if one is not None and one.verdict == "ok"]
    assert len(won) == 2  # the same order, from both
    assert len(verdicts) == 18


async def test_an_expired_code(store: Store, clock: Clock) -> None:
    await reserve(store, "ann", 1, None, "DOM-1")
    clock.now += 3601
    late = await store.redeem_promo("DOM-1", "17")
    assert late is not None
    assert (late.verdict, late.until) == ("expired", NOW + 3600)
    assert await store.redeem_promo("DOM-2", "17") is None


def test_spaces_and_case_do_not_matter() -> None:
    assert plain_code(" dom-ab 12\n") == "DOM-AB12"
