"""What is kept for later readers."""

from __future__ import annotations

import msgspec
from redis import Redis

from state import DeadLetter, Outgoing, Store
from tests.state.conftest import NOW, Clock, partition_of, turn


async def test_a_commit_is_one_entry(store: Store) -> None:
    await turn(store, "ann", journal=(b"1", b"2"))
    await turn(store, "ann", journal=(b"3",))
    await turn(store, "ann")
    p = partition_of(store, "ann")
    first, second = await store.journal_read(p)
    assert (first.contact, first.lines, second.lines) == ("ann", (b"1", b"2"), (b"3",))
    assert await store.journal_read(p, first.id) == [second]
    assert await store.journal_read(p, second.id) == []
    assert await store.journal_read(p, count=1) == [first]


async def test_a_long_commit_is_kept_whole(store: Store) -> None:
    lines = tuple(b"%d" % number for number in range(1234))
    await turn(store, "ann", journal=lines)
    entries = await store.journal_read(partition_of(store, "ann"))
    assert tuple(line for entry in entries for line in entry.lines) == lines


async def test_a_dropped_row_leaves_a_line_that_can_be_read(store: Store) -> None:
    await turn(store, "ann", epoch=0, outgoing=(Outgoing("lane", "tg", b"row"),))
    await turn(store, "ann", epoch=1)
    await store.take_mail("tg", 10, NOW)
    (entry,) = await store.journal_read(partition_of(store, "ann"))
    assert msgspec.msgpack.decode(entry.lines[0]) == {
        "what": "dropped",
        "at": NOW,
        "lane": "lane",
        "row": int(NOW) + 1,
        "why": "taken over",
    }


async def test_the_last_twenty_lines_are_kept_for_three_days(store: Store, clock: Clock, redis_url: str) -> None:
    assert await store.recent("ann") == []
    await turn(store, "ann", recent=(b"first", b"second"))
    assert await store.recent("ann") == [b"first", b"second"]
    await turn(store, "ann", recent=tuple(b"%d" % number for number in range(25)))
    assert await store.recent("ann") == [b"%d" % number for number in range(5, 25)]
    with Redis.from_url(redis_url) as redis:
        (key,) = redis.keys("*:rec:*")
        assert 3 * 86400 < redis.ttl(key) <= 4 * 86400
    clock.now += 3600
    await turn(store, "ann", recent=(b"later", b"\x00\xff"))
    assert await store.recent("ann") == [*(b"%d" % number for number in range(7, 25)), b"later", b"\x00\xff"]
    clock.now += 3 * 86400
    assert await store.recent("ann") == [b"later", b"\x00\xff"]


async def test_who_says_much_in_an_hour_has_the_last_lines_kept(store: Store, redis_url: str) -> None:
    for number in range(60):
        await turn(store, "ann", recent=(b"%d" % number * 100, b"second"))
    assert (await store.recent("ann"))[-2:] == [b"59" * 100, b"second"]
    assert len(await store.recent("ann")) == 20
    with Redis.from_url(redis_url) as redis:
        (key,) = redis.keys("*:rec:*")
        assert len(redis.hget(key, "ann")) < 5000


async def test_what_was_set_aside_is_found_newest_first(store: Store, clock: Clock) -> None:
    await store.set_aside(DeadLetter("webhook", "no text", b"\x00raw", at=5.0))
    await turn(store, "ann", dead=(DeadLetter("turn", "raised", b"event", "ann", 7.5),))
    await store.set_aside(DeadLetter("webhook", "now", b""))
    assert await store.dead_letters() == [
        DeadLetter("webhook", "now", b"", "", clock.now),
        DeadLetter("turn", "raised", b"event", "ann", 7.5),
        DeadLetter("webhook", "no text", b"\x00raw", "", 5.0),
    ]
    assert [letter.at for letter in await store.dead_letters(2)] == [clock.now, 7.5]


async def test_what_the_records_hold_is_trimmed(store: Store) -> None:
    await turn(store, "ann", journal=(b"1",))
    await turn(store, "ann", journal=(b"2",))
    await turn(store, "ann", journal=(b"3",))
    p = partition_of(store, "ann")
    first, second, third = await store.journal_read(p)
    await store.journal_trim(p, second.id)
    assert await store.journal_read(p) == [third]
    await store.journal_trim(p, first.id)
    assert await store.journal_read(p) == [third]


async def test_how_much_of_the_journal_waits(store: Store) -> None:
    await turn(store, "ann", journal=(b"1",))
    await turn(store, "ann", journal=(b"2",))
    p = partition_of(store, "ann")
    waiting = await store.journal_waiting()
    assert [each.entries for each in waiting] == [2 if number == p else 0 for number in range(store.partitions)]
    (first, _) = await store.journal_read(p)
    assert waiting[p].oldest_at == int(first.id.partition("-")[0]) / 1000
    assert {each.oldest_at for number, each in enumerate(waiting) if number != p} == {0.0}


async def test_an_end_leaves_its_line_if_the_lease_is_still_held(store: Store) -> None:
    await turn(store, "ann", outgoing=(Outgoing("lane", "tg", b"1"), Outgoing("lane", "tg", b"2")))
    (mail,), _ = await store.take_mail("tg", 10, NOW)
    assert await store.mail_sent(mail, NOW, line=b"sent")
    assert not await store.mail_sent(mail, NOW, line=b"again")
    (mail,), _ = await store.take_mail("tg", 10, NOW)
    assert await store.mail_dropped(mail, DeadLetter("send", "why", b"2", "ann"), line=b"failed")
    entries = await store.journal_read(partition_of(store, "ann"))
    assert [(entry.contact, entry.lines) for entry in entries] == [("ann", (b"sent",)), ("ann", (b"failed",))]
