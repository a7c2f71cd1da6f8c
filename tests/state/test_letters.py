"""Letters come back whole, once, and behind what waits."""

from __future__ import annotations

import asyncio

import pytest

from state import DeadLetter, Outgoing, Store
from tests.state.conftest import NOW, event, handled, turn

LETTER = DeadLetter("turn", "raised", b"blob", "ann", 7.5)


async def one(store: Store, letter: DeadLetter = LETTER) -> str:
    await store.set_aside(letter)
    return (await store.letters())[0].id


async def test_a_letter_is_found_by_its_id(store: Store) -> None:
    letter = await one(store)
    assert await store.letter(letter) == LETTER
    assert [kept.letter for kept in await store.letters()] == [LETTER]
    assert await store.end_letter(letter)
    assert not await store.end_letter(letter)
    assert await store.letter(letter) is None


async def test_an_event_goes_behind_what_waits_once(store: Store, other: Store) -> None:
    letter = await one(store)
    await store.accept([event("ann", b"1")])
    attempts = [
        store.letter_to_inbox(letter, "ann", control=False),
        other.letter_to_inbox(letter, "ann", control=False),
    ]
    assert sorted(await asyncio.gather(*attempts)) == [False, True]
    (claim,) = await store.claim("w", 10)
    assert claim.events == (b"1", b"blob")
    assert await store.commit([handled(claim)]) == [True]
    assert await store.claim("w", 10) == []


async def test_a_control_event_goes_first(store: Store) -> None:
    letter = await one(store)
    assert await store.letter_to_inbox(letter, "ann", control=True)
    await store.accept([event("ann", b"1")])
    (claim,) = await store.claim("w", 10)
    assert (claim.control, claim.events) == ((b"blob",), (b"1",))


async def test_rows_are_numbered_on_and_fence_a_slow_worker(store: Store) -> None:
    await turn(store, "ann", epoch=3, outgoing=(Outgoing("lane", "tg", b"1"),))
    await store.accept([event("ann", b"2")])
    (slow,) = await store.claim("w", 10)
    letter = await one(store)
    rows = (Outgoing("lane", "tg", b"again"), Outgoing("other", "vk", b"too", by_bot=False))
    assert await store.letter_to_outbox(letter, "ann", rows)
    assert not await store.letter_to_outbox(letter, "ann", rows)
    assert await store.commit([handled(slow, epoch=3)]) == [False]
    (claim,) = await store.recover(min_idle_ms=0)
    assert (claim.session, claim.last_row) == (b"session", int(NOW) + 3)
    assert await store.commit([handled(claim, epoch=3, outgoing=(Outgoing("lane", "tg", b"4"),))]) == [True]
    sent = []
    while mails := (await store.take_mail("tg", 1, NOW))[0]:
        sent.append((mails[0].row - int(NOW), mails[0].blob))
        await store.mail_sent(mails[0], NOW)
    assert sent == [(1, b"1"), (2, b"again"), (4, b"4")]
    ((mail,), _) = await store.take_mail("vk", 1, NOW)
    assert (mail.row - int(NOW), mail.blob, mail.contact) == (3, b"too", "ann")


async def test_the_bots_replayed_row_is_dropped_by_a_later_takeover(store: Store) -> None:
    await turn(store, "ann")
    assert await store.letter_to_outbox(await one(store), "ann", (Outgoing("lane", "tg", b"again"),))
    await turn(store, "ann", epoch=1)
    assert (await store.take_mail("tg", 1, NOW))[0] == []


async def test_rows_of_an_unknown_contact_stay_a_letter(store: Store) -> None:
    letter = await one(store)
    assert not await store.letter_to_outbox(letter, "ann", (Outgoing("lane", "tg", b"again"),))
    assert await store.letter(letter) == LETTER


@pytest.mark.parametrize("name", ["", "x", "1-2", "99-1-1", "0-1-1", "0-" + "9" * 21 + "-1", "0--", "-1-1-1", "²-1-1"])
async def test_what_names_no_letter_is_none(store: Store, name: str) -> None:
    assert await store.letter(name) is None
    assert not await store.end_letter(name)
    assert not await store.letter_to_inbox(name, "ann", control=False)
    assert not await store.letter_to_outbox(name, "ann", ())
