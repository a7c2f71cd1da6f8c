"""Proofs about content whose form and names are right.

A proof looks at the built definition and, for places, at the models it was built from; it only reports.
"""

from __future__ import annotations

from tunnel.language.checks.content import Content
from tunnel.language.checks.fit import check_fit
from tunnel.language.checks.flow import check_flow
from tunnel.language.checks.graph import check_graph
from tunnel.language.checks.media import check_media
from tunnel.language.checks.offers import check_offers
from tunnel.language.checks.outside import check_outside
from tunnel.language.checks.stages import check_stages
from tunnel.language.checks.steps import check_steps
from tunnel.language.checks.twice import check_twice
from tunnel.language.checks.types import check_types
from tunnel.language.checks.window import check_window

__all__ = ["Content", "check_all"]


def check_all(content: Content) -> frozenset[str]:
    """Run every proof; returns the media files that the content names.

    Proofs about ways through the content wait until every step and every place a step leads to could be read: before
    that they would report what follows from a mistake that is reported already.
    """
    check_types(content)
    check_twice(content)
    check_stages(content)
    check_steps(content)
    check_outside(content)
    check_offers(content)
    check_fit(content)
    if content.followable:
        check_graph(content)
        check_flow(content)
        check_window(content)
    return check_media(content)
