"""Sessions from the records back into a Redis that has lost them."""

from __future__ import annotations

from contextlib import AsyncExitStack

from bots.app import embedded_redis
from bots.settings import Settings
from records import Records
from records.identities import every_identity
from records.snapshots import every_snapshot
from state import Store, identity_of


async def restore_sessions(records: Records, settings: Settings) -> tuple[int, int]:
    """Restore every session that Redis does not have; how many were restored, and how many it had.

    Raises state.StateError, records.Away.
    """
    async with AsyncExitStack() as stack:
        url = settings.redis_url or await stack.enter_async_context(embedded_redis(settings))
        store = await Store.connect(url, partitions=settings.partitions)
        stack.push_async_callback(store.close)
        return await give_back(records, store)


async def give_back(records: Records, store: Store) -> tuple[int, int]:
    """Restore into this store, with the phones and e-mails by which people are known.

    Raises state.Unavailable, records.Away.
    """
    restored = kept = 0
    async for page in every_snapshot(records.engine):
        done = await store.restore([(each.contact, each.body, each.timers) for each in page])
        restored += sum(done)
        kept += len(done) - sum(done)
    async for known in every_identity(records.engine):
        for contact, kind, value in known:
            await store.identify(contact, identity_of(kind, value))
    return restored, kept
