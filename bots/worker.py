"""Claims contacts with waiting events, runs their turns, commits the outcome."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence

import msgspec
import structlog

from bots.backoff import Backoff
from bots.granting import grant
from bots.metrics import FAULTS, TURNS
from bots.phrases import POISONED
from bots.rows import DESK_ACCOUNT, DeskRow, account_key, desk_lane, encode_row
from bots.turns import Outcome, Outside, Poison, Turner, Wanting
from channels.base import Channel, SendError
from state import Claim, Commit, Outgoing, Store, Unavailable, identity_of
from tunnel.effects import Desk
from tunnel.engine import asks
from tunnel.events import FromCustomer, Profile, decode_event

log = structlog.get_logger(__name__)

BATCH = 64
BLOCK_MS = 500
POISON_TRIES = 5
RECOVER_EVERY_S = 1.0
PROFILE_TIME_S = 1.0
PRESENCE_EVERY_S = 3.0
GRANTS_MOST = 10
"""In one turn; a turn that wants more is a mistake of ours."""
LINKS_REMEMBERED = 10_000


class Worker:
    """One claimer. Several may run, in one process or many: the store gives each contact to one at a time."""

    def __init__(
        self,
        name: str,
        store: Store,
        turner: Callable[[], Turner],
        channels: Mapping[str, Channel],
        *,
        desk: bool,
        clock: Callable[[], float],
    ) -> None:
        """`turner`: gives the one of the present content. `desk`: whether operators have a group in a messenger;
        without one they can be reached while somebody has the console open.
        """
        self.name = name
        self._store = store
        self._turner = turner
        self._channels = channels
        self._desk = desk
        self._clock = clock
        self._stopping = False
        self._present = desk
        self._present_asked_at = float("-inf")
        self._kept_links: set[str] = set()

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping = True

    async def run(self) -> None:
        """Work until `stop`; the batch at hand is finished."""
        recovering = asyncio.create_task(self._recover())
        backoff = Backoff()
        try:
            while not self._stopping:
                try:
                    await self.handle(await self._store.claim(self.name, BATCH, BLOCK_MS))
                    backoff.reset()
                except Unavailable as error:
                    log.warning("worker waits for Redis", worker=self.name, cause=str(error))
                    await backoff.wait()
        finally:
            recovering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await recovering

    async def handle(self, claims: Sequence[Claim]) -> int:
        """Run and commit the turns of these claims; how many contacts were committed. Raises state.Unavailable."""
        if not claims:
            return 0
        newcomers = {
            claim.contact: event
            for claim in claims
            if claim.session is None and (event := _first_words(claim)) is not None
        }
        turner = self._turner()
        profiles = await self._profiles(newcomers)
        expected = await self._expected(turner, newcomers)
        commits, outcomes = [], []
        for claim in claims:
            outside = Outside(
                self._clock(),
                await self._on_duty(),
                profiles.get(claim.contact),
                group=self._desk,
                expected=claim.contact in expected,
            )
            turned = await self._turns(turner, claim, outside)
            if turned is not None:
                commits.append(turned[0])
                outcomes.append(turned[1])
        if not commits:
            return 0
        await self._before_commit(outcomes)
        done = await self._store.commit(commits)
        TURNS.labels("committed").inc(sum(done))
        TURNS.labels("fenced").inc(len(done) - sum(done))
        await self._store.tell_outcomes(
            [told for outcome, ok in zip(outcomes, done, strict=True) if ok for told in outcome.told]
        )
        faults = [(fault.where, fault.message) for outcome in outcomes for fault in outcome.faults]
        if faults:
            await self._store.count_faults(turner.definition.revision, faults)
        return sum(done)

    async def _expected(self, turner: Turner, newcomers: Mapping[str, FromCustomer]) -> set[str]:
        """Those for whom events waited, under the phone number that their address is (WhatsApp).

        Told before the first turn, so that the event decides where they begin. Raises state.Unavailable.
        """
        timezone = turner.definition.settings.timezone.key or ""
        expected = set()
        for contact, event in newcomers.items():
            number = asks.number_of(event.address, timezone)
            if number is not None and await self._store.introduce(contact, identity_of("phone", number)):
                expected.add(contact)
        return expected

    async def _before_commit(self, outcomes: Sequence[Outcome]) -> None:
        """Do what has to be done before these turns count. Each may be repeated. Raises state.Unavailable."""
        links: dict[str, bytes] = {}
        for outcome in outcomes:
            links |= outcome.links
            for identity in outcome.identities:
                name = identity_of(identity.kind, identity.value)
                await self._store.identify(outcome.session.contact, name, proven=identity.proven)
        new = {link: goal for link, goal in links.items() if link not in self._kept_links}
        if new:
            await self._store.keep_links(new)
            if len(self._kept_links) > LINKS_REMEMBERED:
                self._kept_links.clear()
            self._kept_links |= new.keys()

    async def _turns(self, turner: Turner, claim: Claim, outside: Outside) -> tuple[Commit, Outcome] | None:
        """The claim's commit; None to leave it for another try. Raises state.Unavailable."""
        try:
            commit, outcome = await self._granted(turner, claim, outside, {})
        except Poison as poison:
            return await self._poisoned(turner, claim, outside, poison)
        self._report(outcome)
        return commit, outcome

    async def _granted(
        self, turner: Turner, claim: Claim, outside: Outside, skip: Mapping[int, str]
    ) -> tuple[Commit, Outcome]:
        """Run the turns, reserving what they need as they come to need it. Raises Poison, state.Unavailable."""
        while True:
            try:
                return turner.handle(claim, outside, skip)
            except Wanting as wanting:
                had = outside.grants.get(wanting.index, {})
                if wanting.needs.key in had or len(had) >= GRANTS_MOST:
                    raise Poison(wanting.index, f"the turn needs {wanting.needs.key} for ever") from wanting
                given = await grant(self._store, turner.definition, claim.contact, wanting.needs)
                grants = {**outside.grants, wanting.index: {**had, wanting.needs.key: given}}
                outside = msgspec.structs.replace(outside, grants=grants)

    async def _poisoned(
        self, turner: Turner, claim: Claim, outside: Outside, poison: Poison
    ) -> tuple[Commit, Outcome] | None:
        TURNS.labels("failed").inc()
        log.error(
            "a turn failed",
            contact=claim.contact,
            tries=claim.tries,
            behind=poison.index,
            cause=type(poison.__cause__).__name__,
        )
        if poison.index > 0:  # what came before it is sound; the poison is then the head, with tries of its own
            commit, outcome = await self._granted(turner, _head(claim, poison.index), outside, {})
        elif claim.tries < POISON_TRIES:
            return None
        else:
            commit, outcome = await self._granted(turner, _head(claim, 1), outside, {0: poison.cause})
            post = Desk(kind="notify", text=POISONED(turner.definition.settings.language))
            commit = self._with_post(commit, outcome, post)
        self._report(outcome)
        return commit, outcome

    async def _on_duty(self) -> bool:
        """Whether operators can be reached; asked anew every few seconds. Raises state.Unavailable."""
        now = self._clock()
        if not self._desk and now - self._present_asked_at >= PRESENCE_EVERY_S:
            self._present = bool(await self._store.who_is_present())
            self._present_asked_at = now
        return self._present

    def _with_post(self, commit: Commit, outcome: Outcome, post: Desk) -> Commit:
        if not self._desk:
            if not outcome.outside.desk:
                outcome.unheard.append(post)
            return commit
        post = msgspec.structs.replace(post, address=outcome.session.address)
        row = encode_row(DeskRow(post, outcome.session.name))
        outgoing = Outgoing(desk_lane(commit.claim.contact), DESK_ACCOUNT, row, by_bot=False)
        return msgspec.structs.replace(commit, outgoing=(*commit.outgoing, outgoing))

    def _report(self, outcome: Outcome) -> None:
        for fault in outcome.faults:
            FAULTS.inc()
            log.error("the content failed", where=fault.where, cause=fault.message)
        for post in outcome.unheard:
            log.warning(
                "nobody is on duty: open the console, or set TUNNEL_DESK_TELEGRAM_CHAT",
                contact=outcome.session.contact,
                kind=post.kind,
                queue=post.queue,
            )

    async def _profiles(self, newcomers: Mapping[str, FromCustomer]) -> dict[str, Profile]:
        """Ask the channels who the newcomers are, where updates do not say. After a second the turn goes on without."""
        asked = {
            contact: asyncio.create_task(self._ask(event))
            for contact, event in newcomers.items()
            if event.profile is None
        }
        if not asked:
            return {}
        await asyncio.wait(asked.values())
        return {contact: profile for contact, task in asked.items() if (profile := task.result()) is not None}

    async def _ask(self, event: FromCustomer) -> Profile | None:
        channel = self._channels.get(account_key(event.address.channel, event.address.account))
        if channel is None:
            return None
        try:
            async with asyncio.timeout(PROFILE_TIME_S):
                return await channel.profile(event.address)
        except (SendError, TimeoutError) as error:
            log.info("the channel did not say who this is", channel=channel.name, cause=type(error).__name__)
            return None

    async def _recover(self) -> None:
        """Take over what a dead worker had claimed."""
        while True:
            await asyncio.sleep(RECOVER_EVERY_S)
            try:
                claims = await self._store.recover(count=BATCH)
                if claims:
                    log.info("claims taken over", worker=self.name, contacts=len(claims))
                    await self.handle(claims)
            except Unavailable:
                continue


def _first_words(claim: Claim) -> FromCustomer | None:
    """The first event of a claim that is a customer's; None without one, or where what comes before cannot be read."""
    for blob in claim.events:
        try:
            event = decode_event(blob)
        except Exception:
            return None
        if isinstance(event, FromCustomer):
            return event
    return None


def _head(claim: Claim, count: int) -> Claim:
    control = claim.control[:count]
    return msgspec.structs.replace(claim, control=control, events=claim.events[: count - len(control)])
