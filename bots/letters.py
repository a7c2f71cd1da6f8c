"""What was set aside comes back: an event for another turn, a message for another send, a body for another reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from bots.intake import Intake
from bots.rows import DESK_ACCOUNT, CallRow, account_key, decode_row, desk_lane, encode_row
from channels.base import Channel, NotJson, Unreadable
from state import DeadLetter, Outgoing, Store
from tunnel.effects import Send
from tunnel.events import decode_event, is_control
from tunnel.session import decode_session

Verdict = Literal["replayed", "gone", "off", "unreadable", "post", "contactless", "held"]
"""gone: no such letter (any more); off: its channel is switched off; unreadable: this release cannot read it either;
post: it is an operator's, who should write again; contactless: its contact is unknown to this Redis; held: people have
the conversation, or it was stopped.
"""

_sends = msgspec.msgpack.Decoder(Send)


def holds(letter: DeadLetter) -> str:
    """What kind of thing a letter holds, without any of its words: "text", "sendMessage", "telegram"."""
    try:
        if letter.where == "turn":
            return type(decode_event(letter.blob)).__name__.lower()
        if letter.where == "send":
            row = decode_row(letter.blob)
            return row.call.method if isinstance(row, CallRow) else "desk"
    except msgspec.MsgspecError:
        return "?"
    return letter.cause.partition(":")[0]


class Replay:
    """Brings letters back. `channels`: those that are on, by `account_key`."""

    def __init__(self, store: Store, intake: Intake, channels: Mapping[str, Channel], now: float) -> None:
        self._store = store
        self._intake = intake
        self._channels = channels
        self._now = now

    async def replay(self, letter_id: str) -> Verdict:
        """Bring one letter back; it ends only if that worked. Raises state.Unavailable."""
        letter = await self._store.letter(letter_id)
        if letter is None:
            return "gone"
        if letter.where == "turn":
            return await self._turn(letter_id, letter)
        if letter.where == "send":
            return await self._send(letter_id, letter)
        return await self._webhook(letter_id, letter)

    async def _turn(self, letter_id: str, letter: DeadLetter) -> Verdict:
        try:
            event = decode_event(letter.blob)
        except msgspec.MsgspecError:
            return "unreadable"
        done = await self._store.letter_to_inbox(letter_id, letter.contact, control=is_control(event))
        return "replayed" if done else "gone"

    async def _send(self, letter_id: str, letter: DeadLetter) -> Verdict:
        rows = self._rows(letter)
        if isinstance(rows, str):
            return rows
        stored = await self._store.session(letter.contact)
        if stored is None:
            return "contactless"
        if rows[0].account != DESK_ACCOUNT and decode_session(stored[1]).mode != "bot":
            return "held"  # the bot says nothing now, and an operator's own words are better written anew
        if await self._store.letter_to_outbox(letter_id, letter.contact, rows):
            return "replayed"
        return "gone"

    def _rows(self, letter: DeadLetter) -> list[Outgoing] | Verdict:
        try:
            row = decode_row(letter.blob)
        except msgspec.MsgspecError:
            return self._rendered(letter)
        if not isinstance(row, CallRow):
            return [Outgoing(desk_lane(letter.contact), DESK_ACCOUNT, letter.blob, by_bot=False)]
        account = account_key(row.address.channel, row.address.account)
        return [Outgoing(row.address.lane, account, letter.blob)] if account in self._channels else "off"

    def _rendered(self, letter: DeadLetter) -> list[Outgoing] | Verdict:
        """The rows of a message that was never rendered, because its channel was off."""
        try:
            effect = _sends.decode(letter.blob)
        except msgspec.MsgspecError:
            return "unreadable"
        address = effect.address
        account = account_key(address.channel, address.account)
        channel = self._channels.get(account)
        if channel is None:
            return "off"
        calls = channel.render(address, effect.message, callback_buttons=effect.callback_buttons)
        by_bot = effect.by == "bot"
        return [Outgoing(address.lane, account, encode_row(CallRow(address, call)), by_bot) for call in calls]

    async def _webhook(self, letter_id: str, letter: DeadLetter) -> Verdict:
        name = letter.cause.partition(":")[0]
        channel = next((channel for channel in self._channels.values() if channel.name == name), None)
        if channel is None:
            return "off"
        try:
            parsed = channel.parse(letter.blob, self._now)
        except (Unreadable, NotJson):
            return "unreadable"
        if parsed.set_aside:
            return "unreadable"
        if parsed.desk:
            return "post"
        # Events are recognised by their ids, so that a crash between these two repeats nothing.
        await self._intake.accept(name, parsed)
        return "replayed" if await self._store.end_letter(letter_id) else "gone"
