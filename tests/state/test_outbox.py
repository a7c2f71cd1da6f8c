"""The outbox: in order, one at a time, at most once by the bot after a takeover, never lost with a sender."""

from __future__ import annotations

import asyncio

import pytest

from state import DeadLetter, Mail, Outgoing, Store
from tests.state.conftest import NOW, Clock, listened_to, turn
from tunnel.events import Address

TG = "telegram:1"
LETTER = DeadLetter("send", "BadMessage", b"row", "ann", NOW)


def rows(*blobs: bytes, lane: str = "ann", account: str = TG, by_bot: bool = True) -> tuple[Outgoing, ...]:
    return tuple(Outgoing(lane, account, blob, by_bot) for blob in blobs)


async def take(store: Store, now: float = NOW, **more: float) -> list[Mail]:
    return (await store.take_mail(TG, 10, now, **more))[0]  # type: ignore[arg-type]


async def lines(store: Store) -> list[bytes]:
    """The journal of all partitions."""
    return [line for p in range(store.partitions) for entry in await store.journal_read(p) for line in entry.lines]


async def test_a_lane_has_one_row_in_flight_and_keeps_its_order(store: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1", b"2", b"3"))
    for number in (1, 2, 3):
        (mail,) = await take(store)
        assert (mail.lane, mail.account, mail.contact) == ("ann", TG, "ann")
        assert (mail.row - int(NOW), mail.blob, mail.tries) == (number, b"%d" % number, 0)
        assert await take(store) == []
        assert await store.mail_sent(mail, NOW)
    assert await store.take_mail(TG, 10, NOW) == ([], None)


async def test_row_numbers_rise_over_all_lanes_and_turns(store: Store) -> None:
    await turn(store, "ann", outgoing=(*rows(b"a", b"b"), *rows(b"c", lane="desk")))
    await turn(store, "ann", outgoing=rows(b"d"))
    seen = {}
    while mails := await take(store):
        for mail in mails:
            seen[mail.blob] = mail.row - int(NOW)
            await store.mail_sent(mail, NOW)
    assert seen == {b"a": 1, b"b": 2, b"c": 3, b"d": 4}


async def test_each_account_takes_its_own_mail(store: Store) -> None:
    await turn(store, "ann", outgoing=(*rows(b"a"), *rows(b"b", account="vk:2", lane="ann@vk")))
    assert [mail.blob for mail in await take(store)] == [b"a"]
    assert [mail.blob for mail in (await store.take_mail("vk:2", 10, NOW))[0]] == [b"b"]


async def test_the_oldest_lanes_leave_first(store: Store, clock: Clock) -> None:
    names = [f"contact{number}" for number in range(40)]
    for age, name in enumerate(names):
        clock.now = NOW + age
        await turn(store, name, outgoing=rows(b"row", lane=name))
    now = clock.now
    taken, due_at = await store.take_mail(TG, 5, now)
    assert [mail.lane for mail in taken] == names[:5]
    assert due_at is not None
    assert due_at <= now  # more is due at once
    left: list[str] = []
    while mails := (await store.take_mail(TG, 5, now))[0]:
        left += [mail.lane for mail in mails]
    assert sorted(left) == sorted(names[5:])


async def test_all_that_is_due_is_taken_wherever_it_lies(store: Store) -> None:
    names = [f"contact{number}" for number in range(200)]
    crowded = [name for name in names if store._link.keys.place(name) == "tn:{3}:"][:10]
    for name in crowded:
        await turn(store, name, outgoing=rows(b"row", lane=name))
    assert len(await take(store)) == len(crowded) == 10


async def test_a_lease_that_ran_out_is_taken_by_another(store: Store, other: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1", b"2"))
    (dead,) = await take(store, lease_s=5.0)
    assert await take(other, NOW + 4.9) == []
    (mail,) = await take(other, NOW + 5.0)
    assert (mail.row - int(NOW), mail.blob, mail.tries) == (1, b"1", 1)
    assert not await store.mail_sent(dead, NOW + 5)
    assert not await store.mail_delayed(dead, NOW + 5)
    assert not await store.mail_dropped(dead, LETTER)
    assert await store.renew([dead], NOW + 5) == [False]
    assert await other.mail_sent(mail, NOW + 6)
    assert not await store.mail_sent(dead, NOW + 6)
    (mail,) = await take(other, NOW + 6)
    assert mail.blob == b"2"
    assert await store.dead_letters() == []


async def test_a_renewed_lease_holds(store: Store, other: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1"))
    (mail,) = await take(store)
    assert await store.renew([mail], NOW + 4) == [True]
    assert await take(other, NOW + 8.9) == []
    assert await store.renew([mail], NOW + 8) == [True]
    assert await store.mail_sent(mail, NOW + 9)
    assert await store.renew([mail], NOW + 9) == [False]
    assert await store.renew([], NOW) == []


async def test_a_row_is_sent_once(store: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1", b"2"))
    (mail,) = await take(store)
    assert await store.mail_sent(mail, NOW)
    assert not await store.mail_sent(mail, NOW)
    (mail,) = await take(store)
    assert mail.blob == b"2"


async def test_a_delayed_row_keeps_its_place(store: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1", b"2"))
    (mail,) = await take(store)
    assert await store.mail_delayed(mail, NOW + 30)
    assert await store.take_mail(TG, 10, NOW + 29) == ([], NOW + 30)
    (again,) = await take(store, NOW + 30)
    assert (again.row, again.blob, again.tries) == (mail.row, b"1", 1)
    await store.mail_delayed(again, NOW + 60)
    (again,) = await take(store, NOW + 60, lease_s=1)
    assert again.tries == 2
    (again,) = await take(store, NOW + 61)  # after a crash
    assert again.tries == 3
    await store.mail_delayed(again, NOW + 62)
    (again,) = await take(store, NOW + 62)
    assert again.tries == 4
    assert await store.mail_sent(again, NOW + 62)
    (mail,) = await take(store, NOW + 62)
    assert (mail.blob, mail.tries) == (b"2", 0)


async def test_the_next_row_may_be_told_to_wait(store: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1", b"2"))
    (mail,) = await take(store)
    await store.mail_sent(mail, NOW, NOW + 3)
    assert await store.take_mail(TG, 10, NOW + 2) == ([], NOW + 3)
    assert [mail.blob for mail in await take(store, NOW + 3)] == [b"2"]


async def test_a_dropped_row_becomes_a_dead_letter(store: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1", b"2"))
    (mail,) = await take(store)
    assert await store.mail_dropped(mail, LETTER)
    assert not await store.mail_dropped(mail, LETTER)
    assert await store.dead_letters() == [LETTER]
    assert [mail.blob for mail in await take(store)] == [b"2"]


async def test_after_a_takeover_the_bots_rows_never_leave(store: Store) -> None:
    note = rows(b"note", by_bot=False)
    await turn(store, "ann", epoch=1, outgoing=(*rows(b"bot 1", b"bot 2"), *note, *rows(b"bot 3")))
    await turn(store, "bob", epoch=1, outgoing=rows(b"bob", lane="bob"))
    await turn(store, "ann", epoch=2, outgoing=rows(b"hello", by_bot=False))  # the operator
    sent = []
    while mails := await take(store):
        for mail in mails:
            sent.append(mail.blob)
            await store.mail_sent(mail, NOW)
    assert sorted(sent) == [b"bob", b"hello", b"note"]
    assert [b"dropped" in line and b"taken over" in line for line in await lines(store)] == [True] * 3
    assert (await store.depth()).mail == 0


async def test_a_row_on_the_wire_at_the_takeover_is_not_repeated(store: Store) -> None:
    await turn(store, "ann", epoch=1, outgoing=rows(b"bot"))
    (mail,) = await take(store)
    await turn(store, "ann", epoch=2)
    await store.mail_delayed(mail, NOW + 1)  # its sending failed
    assert await store.take_mail(TG, 10, NOW + 1) == ([], None)
    (line,) = await lines(store)
    assert b"taken over while it was being sent" in line  # nobody can know whether it arrived


async def test_a_turn_that_raises_the_epoch_says_its_own_rows(store: Store) -> None:
    await turn(store, "ann", epoch=1, outgoing=rows(b"old"))
    await turn(store, "ann", epoch=2, outgoing=rows(b"new"))
    assert [mail.blob for mail in await take(store)] == [b"new"]


async def test_who_blocks_us_loses_the_bots_rows_only(store: Store) -> None:
    await turn(store, "ann", outgoing=(*rows(b"1", b"2"), *rows(b"operator", by_bot=False)))
    (mail,) = await take(store)
    assert await store.lane_cleared(TG, "ann", "ann") == 2
    assert not await store.mail_sent(mail, NOW)
    (mail,) = await take(store)
    assert mail.blob == b"operator"
    assert await store.lane_cleared(TG, "ann", "ann") == 0
    assert await store.mail_sent(mail, NOW)
    assert len(await lines(store)) == 2


async def test_what_is_on_the_wire(store: Store) -> None:
    lanes = [(TG, "ann"), ("desk", "desk:ann")]
    await turn(store, "ann", outgoing=(*rows(b"1"), *rows(b"note", account="desk", lane="desk:ann")))
    assert await store.in_flight("ann", lanes, NOW) == []
    (mail,) = await take(store)
    assert await store.in_flight("ann", lanes, NOW) == [(TG, "ann")]
    assert await store.in_flight("ann", lanes, NOW + 5) == []  # nobody holds it any more
    await store.mail_delayed(mail, NOW + 60)
    assert await store.in_flight("ann", lanes, NOW) == []


async def test_a_person_is_not_flooded(store: Store) -> None:
    await turn(store, "ann", outgoing=rows(*(b"%d" % number for number in range(6))))
    sent_at: list[float] = []
    now = NOW
    for _ in range(40):
        mails, due_at = await store.take_mail(TG, 10, now, person_rate_per_s=1.0, burst=3)
        for mail in mails:
            sent_at.append(now - NOW)
            await store.mail_sent(mail, now)
        now = due_at if not mails and due_at is not None else now
    assert sent_at == [0, 0, 0, 1, 2, 3]


async def test_one_persons_pace_does_not_hold_up_another(store: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1", b"2"))
    await turn(store, "bob", outgoing=rows(b"3", lane="bob"))
    pace = {"person_rate_per_s": 1.0, "burst": 1}
    for mail in await take(store, **pace):
        await store.mail_sent(mail, NOW)
    await turn(store, "eve", outgoing=rows(b"4", lane="eve"))
    assert [mail.blob for mail in await take(store, **pace)] == [b"4"]
    assert [mail.blob for mail in await take(store, NOW + 1, **pace)] == [b"2"]


async def test_a_paused_account_sends_nothing_from_any_process(store: Store, other: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1"))
    await store.pause_account(TG, NOW + 30)
    assert await other.take_mail(TG, 10, NOW + 29) == ([], NOW + 30)
    assert len(await take(other, NOW + 30)) == 1


async def test_a_shorter_pause_does_not_end_a_longer_one(store: Store, other: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1"))
    await store.pause_account(TG, NOW + 30)
    await other.pause_account(TG, NOW + 1)  # another call of the same moment was told to wait for less
    assert await other.take_mail(TG, 10, NOW + 29) == ([], NOW + 30)
    await other.pause_account(TG, NOW + 40)
    assert await store.take_mail(TG, 10, NOW + 39) == ([], NOW + 40)


async def test_an_accounts_rate_is_shared(store: Store, other: Store) -> None:
    assert await store.lease_rate(TG, 30, 20, NOW) == 20
    assert await other.lease_rate(TG, 30, 20, NOW) == 10
    assert await store.lease_rate(TG, 30, 20, NOW) == 0
    assert await store.lease_rate(TG, 30, 20, NOW + 0.1) == 3
    assert await store.lease_rate(TG, 30, 100, NOW + 10) == 30
    assert await store.lease_rate(TG, 0, 100, NOW) == 100
    assert await store.lease_rate("slow", 0.5, 10, NOW) == 1
    assert await store.lease_rate("slow", 0.5, 10, NOW + 1) == 0
    assert await store.lease_rate("slow", 0.5, 10, NOW + 2) == 1


async def test_a_commit_wakes_senders_of_its_own_process(store: Store) -> None:
    await turn(store, "ann", outgoing=rows(b"1"))
    assert await store.wait_for_mail(TG, 0)  # told before anybody waited
    assert not await store.wait_for_mail(TG, 0)


async def test_a_commit_wakes_senders_of_other_processes(store: Store, other: Store) -> None:
    waiting = asyncio.create_task(other.wait_for_mail(TG, 60))
    await listened_to(store, 1)
    await turn(store, "ann", outgoing=rows(b"1"))
    assert await waiting


async def test_wakeups_survive_a_lost_connection(store: Store, other: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.wakeups.RECONNECT_S", 0.0)
    waiting = asyncio.create_task(other.wait_for_mail(TG, 60))
    await listened_to(store, 1)
    await store._link.call("CLIENT", "KILL", "TYPE", "pubsub")
    assert await waiting  # something may have been missed
    await other.wait_for_mail(TG, 0)
    await listened_to(store, 1)
    waiting = asyncio.create_task(other.wait_for_mail(TG, 60))
    await turn(store, "ann", outgoing=rows(b"1"))
    assert await waiting


async def test_lanes_named_by_addresses(store: Store) -> None:
    address = Address("web", "site", "каталог | {1} «x» y")
    await turn(store, "ann", outgoing=rows(b"1", lane=address.lane))
    (mail,) = await take(store)
    assert mail.lane == address.lane
    assert await store.mail_sent(mail, NOW)
