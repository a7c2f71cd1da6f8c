"""Promo codes for turns that need one."""

from __future__ import annotations

import re
import secrets

import structlog

from state import Store
from tunnel.effects import Grant, Needs
from tunnel.language.definition import Definition

log = structlog.get_logger(__name__)

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is misread or misheard in writing: 0 and O, 1, I and L."""
CODES_AT_ONCE = 4
ROUNDS = 8
_RANDOM = re.compile(r"\{random:(\d+)\}")


def make_code(pattern: str) -> str:
    """One code of a pattern such as `DOM-{random:6}`, in capitals."""

    def draw(match: re.Match[str]) -> str:
        return "".join(secrets.choice(ALPHABET) for _ in range(int(match[1])))

    return _RANDOM.sub(draw, pattern).upper()


async def grant(store: Store, definition: Definition, contact: str, needs: Needs) -> Grant:
    """Reserve what a turn needs; an empty one where none is left. Raises state.Unavailable."""
    promo = definition.promos.get(needs.grant)
    if promo is None:
        return Grant()
    for _ in range(ROUNDS):
        given = await store.reserve_promo(
            promo.name,
            contact,
            needs.visit,
            codes=[make_code(promo.code) for _ in range(CODES_AT_ONCE)],
            discount=promo.discount,
            valid_s=promo.valid_s,
            limit=promo.limit,
        )
        if given is not None:
            return Grant(given.code, given.until)
    log.error("nearly every code of a promo is taken: give its {random:N} a larger N", promo=promo.name)
    return Grant()
