"""Claimed events become one commit; a poisoned one is set aside, and harms nobody else."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec import structs

from bots.intake import Intake
from bots.rows import CallRow, DeskRow, decode_row
from bots.turns import WRITERS, Outside, Turner
from bots.worker import POISON_TRIES, Worker
from channels.base import RetryLater
from state import Store
from tests.bots.conftest import Clock
from tests.bots.stage import ACCOUNT, NOW, RecordingChannel, address, contact, press, start, text
from tunnel.effects import Effect
from tunnel.events import Profile, Start, Take
from tunnel.session import decode_session


async def work(store: Store, worker: Worker) -> int:
    return await worker.handle(await store.claim("w1", 100))


async def mail(store: Store, account: str = ACCOUNT) -> list[CallRow | DeskRow]:
    taken, _ = await store.take_mail(account, 100, NOW)
    return [decode_row(one.blob) for one in taken]


async def test_an_accepted_start_becomes_a_row_in_the_outbox(store: Store, intake: Intake, worker: Worker) -> None:
    await intake.accept_events("telegram", [start()])
    assert await work(store, worker) == 1
    (row,) = await mail(store)
    assert isinstance(row, CallRow)
    assert row.address == address()
    assert row.call.params["text"].startswith("Здравствуйте, Ольга!")


async def test_an_acknowledgement_leaves_beside_the_message_that_answers_the_press(
    store: Store, intake: Intake, worker: Worker
) -> None:
    await intake.accept_events("telegram", [start(), press("p1", "forged.token.here")])
    await work(store, worker)
    await store.mail_sent((await store.take_mail(ACCOUNT, 100, NOW))[0][0], NOW)
    (row,) = await mail(store)
    assert isinstance(row, CallRow)
    assert row.call.method == "say"
    assert row.beside is not None
    assert row.beside.params == {"ack": "ack-p1"}


async def test_an_acknowledgement_without_a_message_has_a_lane_of_its_own(
    store: Store, intake: Intake, worker: Worker
) -> None:
    await intake.accept_events(
        "telegram", [start(), press("p1", "forged.token.here"), press("p2", "forged.token.here")]
    )
    await work(store, worker)
    assert sorted(row.call.method for row in await mail(store) if isinstance(row, CallRow)) == ["ack", "say"]


async def test_without_a_desk_its_posts_are_logged_and_pile_up_nowhere(
    store: Store, intake: Intake, worker: Worker
) -> None:
    await intake.accept_events("telegram", [start(), text("t1", "менеджер")])
    await work(store, worker)
    assert await mail(store, "desk") == []


async def test_the_newcomer_is_asked_for_at_the_channel(
    store: Store, intake: Intake, worker: Worker, channel: RecordingChannel
) -> None:
    channel.profiles["7"] = Profile(name="Мария", sex="female")
    await intake.accept_events("telegram", [Start(id="s1", at=NOW, address=address(), ref="siding")])
    await work(store, worker)
    (row,) = await mail(store)
    assert "Мария" in row.call.params["text"]  # type: ignore[union-attr]
    stored = await store.session(contact())
    assert stored is not None
    assert decode_session(stored[1]).profile.sex == "female"


async def test_a_channel_that_does_not_say_who_it_is_holds_nobody_up(
    store: Store, intake: Intake, worker: Worker, channel: RecordingChannel
) -> None:
    channel.profiles["7"] = RetryLater("away")
    await intake.accept_events("telegram", [Start(id="s1", at=NOW, address=address(), ref="siding")])
    assert await work(store, worker) == 1


async def test_a_take_is_handled_before_what_the_customer_wrote(store: Store, intake: Intake, worker: Worker) -> None:
    await intake.accept_events("telegram", [start()])
    await work(store, worker)
    await mail(store)
    await intake.accept_events("telegram", [text("t1", "Дом")])
    await intake.accept_for(contact(), Take(id="k1", at=NOW, operator="tg:1", operator_name="Аня"))
    await work(store, worker)
    stored = await store.session(contact())
    assert stored is not None
    session = decode_session(stored[1])
    assert (session.mode, session.step) == ("operator", "hello")


async def test_poison_is_set_aside_with_its_cause_and_neighbours_are_unharmed(
    store: Store, intake: Intake, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker._desk = True
    real = Turner._apply

    def apply(self: Turner, outcome: object, event: object, *rest: object) -> None:
        if getattr(event, "text", "") == "poison":
            raise ZeroDivisionError("injected")
        real(self, outcome, event, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Turner, "_apply", apply)
    await intake.accept_events("telegram", [start(), text("t1", "poison"), start("s2", "8")])
    assert await work(store, worker) == 2  # what came before the poison, and the neighbour
    await intake.accept_events("telegram", [text("t2", "стоп")])
    assert await work(store, worker) == 0
    for _ in range(POISON_TRIES - 2):
        assert await worker.handle(await store.recover(min_idle_ms=0)) == 0
        assert await store.dead_letters() == []
    assert await worker.handle(await store.recover(min_idle_ms=0)) == 1
    (letter,) = await store.dead_letters()
    assert (letter.where, letter.cause, letter.contact) == ("turn", "ZeroDivisionError: injected", contact())
    assert [type(row) for row in await mail(store, "desk")] == [DeskRow]
    await work(store, worker)
    stored = await store.session(contact())
    assert stored is not None
    assert decode_session(stored[1]).mode == "stopped"  # the event behind the poison was handled


async def test_the_slower_of_two_workers_changes_nothing(store: Store, intake: Intake, worker: Worker) -> None:
    await intake.accept_events("telegram", [start()])
    slow = await store.claim("slow", 10)
    assert await worker.handle(await store.recover(min_idle_ms=0)) == 1
    assert await worker.handle(slow) == 0
    assert len(await mail(store)) == 1


async def test_an_unreadable_session_begins_anew(store: Store, intake: Intake, worker: Worker, turner: Turner) -> None:
    await intake.accept_events("telegram", [start()])
    (claim,) = await store.claim("w1", 10)
    commit, _ = turner.handle(claim, Outside(NOW, desk=False), {})
    assert await store.commit([structs.replace(commit, session=b"?")])
    await intake.accept_events("telegram", [start("s2")])
    assert await work(store, worker) == 1
    (letter,) = await store.dead_letters()
    assert letter.blob == b"?"


def test_every_kind_of_effect_has_a_writer() -> None:
    assert set(WRITERS) == set(get_args(Effect))


async def test_a_channel_that_is_off_leaves_a_dead_letter(
    store: Store, intake: Intake, clock: Clock, channel: RecordingChannel, turner: Turner
) -> None:
    off = Turner(turner.definition, {}, echo=turner._echo)
    await intake.accept_events("telegram", [start()])
    await Worker("w1", store, lambda: off, {}, desk=False, clock=clock).handle(await store.claim("w1", 10))
    (letter,) = await store.dead_letters()
    assert "switched off" in letter.cause


async def test_a_file_is_announced_by_typing(store: Store, intake: Intake, worker: Worker) -> None:
    await intake.accept_events("telegram", [start(), text("tg:1:wamid.X", "Пока смотрю")])
    await work(store, worker)
    rows = await mail(store)
    typing = [row.call.params for row in rows if isinstance(row, CallRow) and row.call.method == "typing"]
    assert typing == [{"answers": "wamid.X"}]
