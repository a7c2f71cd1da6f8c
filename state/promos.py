"""Promo codes: given under a limit, redeemed once. All lie in one slot, so that both are exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from state.keys import CODE, CODE_TTL_S
from state.link import Link


@dataclass(frozen=True, slots=True)
class Given:
    """A code that is a contact's until `until` (Unix seconds); "" where none is left."""

    code: str
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What became of redeeming a code: `ok`, `other` (it was redeemed for another order) or `expired`.

    redeemed_at: Unix seconds, of the first time. told: whether `promo_told` was called for it.
    """

    verdict: Literal["ok", "other", "expired"]
    promo: str
    discount: str
    contact: str
    until: float
    redeemed_at: float = 0.0
    total: float | None = None
    told: bool = False


class Promos:
    """Codes, in the form of `plain_code`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def reserve_promo(
        self,
        promo: str,
        contact: str,
        visit: int,
        *,
        codes: Sequence[str],
        discount: str,
        valid_s: float,
        limit: int | None = None,
    ) -> Given | None:
        """Give the first of `codes` that is free; the same one again for the same (promo, contact, visit).

        limit: how many codes of this promo may be given in all. None: all of `codes` are taken, come with others.
        Raises Unavailable.
        """
        place, now = self._link.keys.promos, self._link.clock()
        ends = now + valid_s
        args = (
            *(place, promo, contact, visit, "" if limit is None else limit),
            *(repr(now), repr(ends), round(ends) + CODE_TTL_S, discount),
            *codes,
        )
        code, until = await self._link.run_at("promo_reserve", place + CODE, args)
        return None if code == b"again" else Given(code.decode(), float(until))

    async def redeem_promo(self, code: str, order: str, total: float | None = None) -> Redeemed | None:
        """Redeem a code for an order; the same answer again for the same order. None: there is no such code.

        Raises Unavailable.
        """
        place = self._link.keys.promos
        args = (place, code, order, "" if total is None else repr(total), repr(self._link.clock()))
        verdict, *rest = await self._link.run_at("promo_redeem", place + CODE, args)
        if verdict == b"unknown":
            return None
        promo, discount, contact, until, at, paid, told = (part.decode() for part in rest)
        return Redeemed(
            verdict=verdict.decode(),
            promo=promo,
            discount=discount,
            contact=contact,
            until=float(until),
            redeemed_at=float(at or 0),
            total=float(paid) if paid else None,
            told=bool(told),
        )

    async def promo_told(self, code: str) -> None:
        """The code's contact has the event of its redemption. Raises Unavailable."""
        await self._link.call("HSET", self._link.keys.promos + CODE + code, "told", "1")


def plain_code(written: str) -> str:
    """A code as it is kept: without spaces, in capitals."""
    return "".join(written.split()).upper()
