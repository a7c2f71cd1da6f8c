"""From the journal in Redis into the tables of the records. With SQL away it waits; customers notice nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from bots.backoff import Backoff
from bots.lag import measure_journal
from bots.metrics import PROJECTED
from records import Away, Overtaken, Records, Slice, is_turn
from state import Store, Unavailable, Waiting
from tunnel.language.definition import Definition

log = structlog.get_logger(__name__)

ENTRIES = 1024
"""Of one transaction, over all partitions."""
PAUSE_S = 0.1
"""How long to wait once nothing is left; what happens meanwhile is one batch. Screens are behind by so much."""
FIRST = "0"


class Projector:
    """Several may run; one at a time gets on, the others find their stretch projected already."""

    def __init__(
        self, store: Store, records: Records, definition: Callable[[], Definition], clock: Callable[[], float]
    ) -> None:
        """`definition`: gives the present one, whose variables' types say what is a phone or an e-mail address."""
        self._store = store
        self._records = records
        self._definition = definition
        self._clock = clock
        self._stop = asyncio.Event()
        self._cursors: dict[int, str] | None = None

    def stop(self) -> None:
        """End after the transaction at hand."""
        self._stop.set()

    async def run(self) -> None:
        """Work until `stop`."""
        backoff = Backoff(longest_s=10.0)
        migrated = False
        while not self._stop.is_set():
            try:
                if not migrated:
                    await self._records.migrate()
                    migrated = True
                busy = await self.project()
                backoff.reset()
            except (Unavailable, Away) as error:
                log.warning("the projector waits; the journal keeps everything", cause=str(error))
                self._cursors = None
                await self._pause(backoff.next_s())
            except Overtaken:
                self._cursors = None
                await self._pause(PAUSE_S)
            except Exception as error:  # a fault of ours must not lose what the journal still holds
                log.error("the projector failed and tries again", kind=type(error).__name__)
                self._cursors = None
                await self._pause(backoff.next_s())
            else:
                if not busy:
                    await self._pause(PAUSE_S)

    async def project(self) -> bool:
        """Write one batch; whether there may be more. Raises Unavailable, Away, Overtaken."""
        waiting = await self._store.journal_waiting()
        measure_journal(waiting, self._clock())
        if not any(each.entries for each in waiting):
            return False
        if self._cursors is None:
            self._cursors = await self._records.cursors()
        slices = await self._read(waiting, self._cursors)
        if slices:
            snapshots = await self._snapshots(slices)
            set_aside = await self._records.write(slices, snapshots, self._kinds())
            await self._store.feed_grew()
            self._count(slices, set_aside)
            self._cursors.update({one.partition: one.entries[-1].id for one in slices})
        await self._trim(waiting, self._cursors)
        return sum(each.entries for each in waiting) > sum(len(one.entries) for one in slices)

    async def _read(self, waiting: Sequence[Waiting], cursors: Mapping[int, str]) -> list[Slice]:
        """A fair share of each partition that has something."""
        full = [partition for partition, each in enumerate(waiting) if each.entries]
        share = max(1, ENTRIES // len(full))
        slices = []
        for partition in full:
            after = cursors.get(partition, FIRST)
            entries = await self._store.journal_read(partition, after, share)
            if entries:
                slices.append(Slice(partition, after, entries))
        return slices

    async def _snapshots(self, slices: Sequence[Slice]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for one in slices:
            contacts = list({entry.contact for entry in one.entries if any(map(is_turn, entry.lines))})
            found |= await self._store.snapshots(one.partition, contacts)
        return found

    async def _trim(self, waiting: Sequence[Waiting], cursors: Mapping[int, str]) -> None:
        """Let Redis forget what is in the tables, also what an earlier process had no time for."""
        for partition, each in enumerate(waiting):
            if each.entries and partition in cursors:
                await self._store.journal_trim(partition, cursors[partition])

    def _kinds(self) -> dict[str, str]:
        variables = self._definition().settings.variables
        return {name: variable.type for name, variable in variables.items()}

    def _count(self, slices: Sequence[Slice], set_aside: int) -> None:
        PROJECTED.labels("written").inc(sum(len(one.entries) for one in slices) - set_aside)
        if set_aside:
            PROJECTED.labels("set_aside").inc(set_aside)
            log.error("entries of the journal were set aside: `tunnel records status` names them", entries=set_aside)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return
