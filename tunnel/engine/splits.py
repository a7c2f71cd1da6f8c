"""Choosing by chance: a contact draws an arm once, by its weight, and stays with it."""

from __future__ import annotations

from hashlib import blake2b

from tunnel.engine.work import Work
from tunnel.language.definition import Step


def draw(work: Work, step: Step) -> int:
    """The place of the contact's arm among the step's arms. One that the content no longer has is drawn anew."""
    arms = list(step.split)
    known = work.session.arms.get(step.key, "")
    if known in step.split:
        return arms.index(known)
    index = _drawn(list(step.split.values()), f"{work.facts.seed}\x00{step.key}")
    work.session.arms = {**work.session.arms, step.key: arms[index]}
    work.record("arm", tunnel=step.tunnel, step=step.name, arm=arms[index])
    return index


def _drawn(weights: list[float], seed: str) -> int:
    """By weight, the same for the same seed; a step's key in it keeps two splits of one turn independent."""
    number = int.from_bytes(blake2b(seed.encode(), digest_size=7).digest()) / 256**7
    left = number * sum(max(0.0, weight) for weight in weights)
    for index, weight in enumerate(weights):
        left -= max(0.0, weight)
        if left < 0:
            return index
    return 0
