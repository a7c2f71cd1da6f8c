"""What was set aside is listed without anybody's words, and comes back once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import pytest
from click.testing import CliRunner

from bots.cli import tunnel
from bots.cli.dead import _VERDICTS
from bots.intake import Intake
from bots.letters import Replay, holds
from bots.rows import CallRow, decode_row, encode_row
from bots.sender import AccountSender
from bots.worker import Worker
from channels.base import BadMessage, Call
from state import DeadLetter, Store
from tests.bots.stage import ACCOUNT, NOW, RecordingChannel, address, contact, start, text
from tunnel.effects import Send
from tunnel.events import Take, encode_event
from tunnel.messages import Message, RichText
from tunnel.session import decode_session

T = TypeVar("T")


@pytest.fixture
def replay(store: Store, intake: Intake, channel: RecordingChannel) -> Replay:
    return Replay(store, intake, {ACCOUNT: channel}, NOW)


async def work(store: Store, worker: Worker) -> None:
    await worker.handle(await store.claim("w1", 10))


async def only(store: Store) -> str:
    (kept,) = await store.letters()
    return kept.id


async def test_an_event_has_another_turn_once(store: Store, intake: Intake, worker: Worker, replay: Replay) -> None:
    await intake.accept_events("telegram", [start()])
    await work(store, worker)
    await store.set_aside(DeadLetter("turn", "Oops", encode_event(text("t1", "Дом")), contact(), NOW))
    letter = await only(store)
    assert await asyncio.gather(*(replay.replay(letter) for _ in range(3))) == ["replayed", "gone", "gone"]
    await work(store, worker)
    stored = await store.session(contact())
    assert stored is not None
    assert decode_session(stored[1]).variables["object"] == "дом"
    assert await store.claim("w1", 10) == []
    assert await store.letters() == []


async def test_a_take_comes_back_before_the_customers_events(store: Store, intake: Intake, replay: Replay) -> None:
    await intake.accept_events("telegram", [start()])
    take = Take(id="take", operator="7")
    await store.set_aside(DeadLetter("turn", "Oops", encode_event(take), contact(), NOW))
    assert await replay.replay(await only(store)) == "replayed"
    (claim,) = await store.claim("w1", 10)
    assert claim.control == (encode_event(take),)


async def test_a_message_is_sent_again_behind_what_waits(
    store: Store, intake: Intake, worker: Worker, sender: AccountSender, channel: RecordingChannel, replay: Replay
) -> None:
    await intake.accept_events("telegram", [start()])
    await work(store, worker)
    channel.troubles.append(BadMessage("400", code="400"))
    await sender._round()
    await asyncio.gather(*sender._flying)
    assert channel.said == []
    await intake.accept_events("telegram", [text("t1", "Дом")])
    await work(store, worker)
    assert await replay.replay(await only(store)) == "replayed"
    mails = []
    while taken := (await store.take_mail(ACCOUNT, 10, NOW + 100))[0]:
        mails += taken
        await store.mail_sent(taken[0], NOW + 100)
    words = [decode_row(mail.blob).call.params["text"] for mail in mails]  # type: ignore[union-attr]
    assert ["площадь" in words[0], words[1].startswith("Здравствуйте")] == [True, True]
    assert [mail.row for mail in mails] == sorted({mail.row for mail in mails})


async def test_a_replayed_row_takes_a_number_that_no_slow_worker_gives_out_again(
    store: Store, intake: Intake, worker: Worker, replay: Replay
) -> None:
    await intake.accept_events("telegram", [start()])
    await work(store, worker)
    await intake.accept_events("telegram", [text("t1", "Дом")])
    slow = await store.claim("w1", 10)
    row = encode_row(CallRow(address(), Call("say", {"text": "again"})))
    await store.set_aside(DeadLetter("send", "400", row, contact(), NOW))
    assert await replay.replay(await only(store)) == "replayed"
    assert await worker.handle(slow) == 0
    assert await worker.handle(await store.recover(min_idle_ms=0)) == 1


async def test_a_message_whose_channel_was_off_is_rendered_now(
    store: Store, intake: Intake, worker: Worker, replay: Replay, channel: RecordingChannel
) -> None:
    await intake.accept_events("telegram", [start()])
    await work(store, worker)
    await store.mail_sent((await store.take_mail(ACCOUNT, 10, NOW))[0][0], NOW)
    effect = Send(address=address(), message=Message(text=RichText(plain="late")))
    blob = msgspec.msgpack.encode(effect)
    await store.set_aside(DeadLetter("send", "telegram is switched off", blob, contact(), NOW))
    letter = await only(store)
    assert await Replay(store, intake, {}, NOW).replay(letter) == "off"
    assert await replay.replay(letter) == "replayed"
    ((mail,), _) = await store.take_mail(ACCOUNT, 10, NOW + 100)
    row = decode_row(mail.blob)
    assert isinstance(row, CallRow)
    assert row.call.params["text"] == "late"


async def test_the_bot_is_not_made_to_speak_while_people_do(
    store: Store, intake: Intake, worker: Worker, replay: Replay
) -> None:
    row = encode_row(CallRow(address(), Call("say", {"text": "again"})))
    await store.set_aside(DeadLetter("send", "400", row, contact(), NOW))
    letter = await only(store)
    assert await replay.replay(letter) == "contactless"
    await intake.accept_events("telegram", [start()])
    await intake.accept_for(contact(), Take(id="take", operator="7"))
    await work(store, worker)
    assert await replay.replay(letter) == "held"
    assert await only(store) == letter


async def test_a_body_is_read_again(store: Store, replay: Replay) -> None:
    await store.set_aside(DeadLetter("webhook", "telegram: new kind", b"words", at=NOW))
    letter = await only(store)
    assert await replay.replay(letter) == "replayed"
    (claim,) = await store.claim("w1", 10)
    assert len(claim.events) == 1
    assert await store.letters() == []


@pytest.mark.parametrize("letter", ["", "x", "1-2", "99-1-1", "0-1-1", "0-999999999999999999999-1", "0--", "-1-1-1"])
async def test_what_is_no_letter_is_gone(replay: Replay, letter: str) -> None:
    assert await replay.replay(letter) == "gone"


async def test_what_cannot_be_read_stays(store: Store, replay: Replay) -> None:
    for where in ("turn", "send"):
        await store.set_aside(DeadLetter(where, "Oops", b"\xc1", contact(), NOW))
    kept = await store.letters()
    assert [await replay.replay(one.id) for one in kept] == ["unreadable", "unreadable"]
    assert [holds(one.letter) for one in kept] == ["?", "?"]
    assert await store.letters() == kept


# --- the command


def with_store(url: str, act: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        store = await Store.connect(url)
        try:
            return await act(store)
        finally:
            await store.close()

    return asyncio.run(run())


@pytest.fixture
def three_letters(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TUNNEL_REDIS_URL", redis_url)
    event = encode_event(text("t1", "my secret words"))

    async def fill(store: Store) -> None:
        await store.set_aside(DeadLetter("turn", "ValueError: no", event, contact(), NOW))
        await store.set_aside(DeadLetter("send", "400", b"\xc1", contact(), NOW + 1))
        await store.set_aside(DeadLetter("webhook", "vk: odd", b"{}", at=NOW + 2))

    with_store(redis_url, fill)
    return redis_url


def test_the_list_names_causes_and_no_words(three_letters: str) -> None:
    shown = CliRunner().invoke(tunnel, ["dead", "list", "--lang", "en"])
    assert shown.exit_code == 0
    assert [word for word in ("ValueError: no", "400", "vk: odd", "text") if word not in shown.output] == []
    assert "secret" not in shown.output
    rows = json.loads(CliRunner().invoke(tunnel, ["dead", "list", "--format", "json"]).output)
    assert [row["where"] for row in rows] == ["webhook", "send", "turn"]
    rows = json.loads(CliRunner().invoke(tunnel, ["dead", "list", "--where", "turn", "--format", "json"]).output)
    assert [(row["where"], row["contact"], row["holds"]) for row in rows] == [("turn", contact(), "text")]


def test_replay_says_what_became_of_each(three_letters: str) -> None:
    assert CliRunner().invoke(tunnel, ["dead", "replay"]).exit_code == 2
    assert CliRunner().invoke(tunnel, ["dead", "replay", "0-1-1", "--all"]).exit_code == 2
    done = CliRunner().invoke(tunnel, ["dead", "replay", "--all", "--lang", "en"])
    assert done.exit_code == 1
    assert [line[0] for line in done.output.splitlines()] == ["✓", "✗", "✗"]
    assert with_store(three_letters, lambda store: store.depth()).ready == 1
    done = CliRunner().invoke(tunnel, ["dead", "replay", "--all", "--where", "turn", "--lang", "ru"])
    assert (done.exit_code, done.output) == (0, "Ничего не отложено.\n")


def test_redis_away_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEL_REDIS_URL", "redis://127.0.0.1:1")
    shown = CliRunner().invoke(tunnel, ["dead", "list"])
    assert shown.exit_code == 1
    assert "Redis" in shown.output
    assert "Traceback" not in shown.output


def test_every_verdict_has_its_words() -> None:
    from typing import get_args

    from bots.letters import Verdict

    assert set(_VERDICTS) == set(get_args(Verdict))
