"""What leaves, in which order, and what each kind of error leads to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bots.intake import Intake
from bots.sender import CREDIT, AccountSender, ChannelDeliverer, Pace
from bots.worker import Worker
from channels.base import BadMessage, ChannelDown, NeedsTemplate, Refused, RetryLater, SendError, SlowDown
from state import Commit, Outgoing, Store
from tests.bots.conftest import Clock
from tests.bots.stage import ACCOUNT, RecordingChannel, address, contact, press, start, text
from tunnel.engine.timers import DEADLINE, kind_of
from tunnel.session import decode_session


async def settle(sender: AccountSender) -> None:
    """One round, and the end of what it began."""
    await sender._round()
    await asyncio.gather(*sender._flying)
    await asyncio.sleep(0)  # the done callbacks


async def converse(store: Store, intake: Intake, worker: Worker) -> None:
    """Three messages in one lane."""
    await intake.accept_events("telegram", [start(), text("t1", "что?"), text("t2", "как?")])
    await worker.handle(await store.claim("w1", 10))


async def test_messages_leave_in_order_one_at_a_time(
    store: Store, intake: Intake, worker: Worker, sender: AccountSender, channel: RecordingChannel
) -> None:
    await converse(store, intake, worker)
    for sent in (1, 2, 3):
        await settle(sender)
        assert len(channel.said) == sent
    assert channel.said[0].startswith("Здравствуйте")
    assert [key for _, _, key in channel.calls] == sorted({key for _, _, key in channel.calls})


@pytest.mark.parametrize(
    ("error", "wait_s"),
    [
        (RetryLater("500"), 1.0),
        (RetryLater("pair rate", after_s=6), 6.0),
        (SlowDown("429", after_s=17), 17.0),
        (ChannelDown("token revoked"), 30.0),
    ],
)
async def test_a_passing_error_delays_the_lane_and_loses_nothing(
    store: Store,
    intake: Intake,
    worker: Worker,
    sender: AccountSender,
    channel: RecordingChannel,
    clock: Clock,
    error: SendError,
    wait_s: float,
) -> None:
    await converse(store, intake, worker)
    channel.troubles.append(error)
    await settle(sender)
    await settle(sender)
    assert channel.said == []
    clock.now += wait_s + 0.5
    for _ in range(3):
        await settle(sender)
    assert len(channel.said) == 3
    assert channel.said[0].startswith("Здравствуйте")


async def test_a_slowed_account_holds_everybody_back(
    store: Store, intake: Intake, worker: Worker, sender: AccountSender, channel: RecordingChannel, clock: Clock
) -> None:
    await intake.accept_events("telegram", [start()])
    await worker.handle(await store.claim("w1", 10))
    channel.troubles.append(SlowDown("429", after_s=10))
    await settle(sender)
    await intake.accept_events("telegram", [start("s2", "8")])
    await worker.handle(await store.claim("w1", 10))
    await settle(sender)
    assert channel.said == []
    clock.now += 10.1
    await settle(sender)
    assert len(channel.said) == 2


@pytest.mark.parametrize("error", [BadMessage("400"), NeedsTemplate("131047"), ValueError("a bug of ours")])
async def test_a_hopeless_message_is_set_aside_and_the_next_one_goes(
    store: Store, intake: Intake, worker: Worker, sender: AccountSender, channel: RecordingChannel, error: Exception
) -> None:
    await converse(store, intake, worker)
    channel.troubles.append(error)
    for _ in range(3):
        await settle(sender)
    assert len(channel.said) == 2
    (letter,) = await store.dead_letters()
    assert letter.where == "send"


async def test_a_person_who_cannot_be_reached_is_left_in_peace(
    store: Store, intake: Intake, worker: Worker, sender: AccountSender, channel: RecordingChannel
) -> None:
    await intake.accept_events("telegram", [start()])
    await worker.handle(await store.claim("w1", 10))
    channel.troubles.append(Refused("bot was blocked by the user", code="403"))
    await settle(sender)
    assert await worker.handle(await store.claim("w1", 10)) == 1
    stored = await store.session(contact())
    assert stored is not None
    session = decode_session(stored[1])
    assert session.mode == "blocked"
    assert {kind_of(timer) for timer in session.timers} <= {DEADLINE}
    await settle(sender)
    assert channel.said == []


async def test_the_rest_of_an_answer_is_not_tried_after_a_refusal(
    store: Store, intake: Intake, worker: Worker, sender: AccountSender, channel: RecordingChannel
) -> None:
    await converse(store, intake, worker)
    channel.troubles.append(Refused("bot was blocked by the user", code="403"))
    await settle(sender)
    await settle(sender)
    assert not channel.troubles
    assert channel.said == []


async def test_an_acknowledgement_is_tried_once(
    store: Store, intake: Intake, worker: Worker, sender: AccountSender, channel: RecordingChannel
) -> None:
    await intake.accept_events("telegram", [press("p1", "1.aaaaaa.bbbbbb")])
    await worker.handle(await store.claim("w1", 10))
    channel.troubles.extend([RetryLater("500"), RetryLater("500")])
    await settle(sender)
    channel.troubles.clear()
    await settle(sender)
    assert [method for method, _, _ in channel.calls if method == "ack"] == []


async def test_an_error_of_a_narrower_kind_is_settled_as_its_kind(
    store: Store, intake: Intake, worker: Worker, sender: AccountSender, channel: RecordingChannel
) -> None:
    class FileTooOdd(BadMessage):
        pass

    await converse(store, intake, worker)
    channel.troubles.append(FileTooOdd("400"))
    await settle(sender)
    assert len(await store.dead_letters()) == 1


async def test_a_row_that_cannot_be_read_does_not_block_its_lane(
    store: Store, intake: Intake, worker: Worker, sender: AccountSender, channel: RecordingChannel
) -> None:
    await intake.accept_events("telegram", [start()])
    (claim,) = await store.claim("w1", 10)
    odd = Outgoing(address().lane, ACCOUNT, b"?")
    await store.commit([Commit(claim, b"?", 0, 0, 1, outgoing=(odd,))])
    await settle(sender)
    (letter,) = await store.dead_letters()
    assert letter.blob == b"?"


async def test_the_accounts_rate_is_kept_and_the_backlog_drained(
    store: Store, intake: Intake, worker: Worker, channel: RecordingChannel, clock: Clock
) -> None:
    await intake.accept_events("telegram", [start(f"s{number}", str(number)) for number in range(30)])
    await worker.handle(await store.claim("w1", 100))
    pace = Pace(account_per_s=200.0)
    sender = AccountSender(ACCOUNT, ChannelDeliverer(channel, store.files), store, intake, pace=pace, clock=clock)
    most = 0
    for _ in range(300):
        before = len(channel.said)
        await settle(sender)
        most = max(most, len(channel.said) - before)
        clock.now += 0.005
        if len(channel.said) == 30:
            break
    assert len(channel.said) == 30
    assert most <= CREDIT


async def test_a_lease_that_came_too_late_is_not_used(
    store: Store,
    intake: Intake,
    worker: Worker,
    sender: AccountSender,
    channel: RecordingChannel,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process stood still for longer than the lease, and others have sent what it holds."""
    await converse(store, intake, worker)
    take = store.take_mail

    async def take_slowly(*args: Any, **options: Any) -> Any:
        taken = await take(*args, **options)
        clock.now += 6
        return taken

    monkeypatch.setattr(store, "take_mail", take_slowly)
    await settle(sender)
    assert channel.said == []
    monkeypatch.undo()
    for _ in range(3):
        await settle(sender)
    assert len(channel.said) == 3
    assert channel.said[0].startswith("Здравствуйте")


async def test_a_process_that_stands_still_before_the_call_does_not_make_it(
    store: Store, intake: Intake, worker: Worker, sender: AccountSender, channel: RecordingChannel, clock: Clock
) -> None:
    await converse(store, intake, worker)
    await sender._round()  # what it began has not run yet
    clock.now += 6
    await asyncio.gather(*sender._flying)
    assert channel.said == []
    for _ in range(3):
        await settle(sender)
    assert len(channel.said) == 3
