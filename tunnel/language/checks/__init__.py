"""Proofs about content whose form and names are right."""

from __future__ import annotations

from collections.abc import Sequence

from tunnel.language.definition import Definition
from tunnel.language.models import SettingsKeys, SharedKeys
from tunnel.language.scope import Scope
from tunnel.language.tunnel_models import TunnelKeys


def check_all(
    definition: Definition,
    settings: SettingsKeys,
    tunnels: Sequence[TunnelKeys],
    shared: Sequence[SharedKeys],
    scope: Scope,
) -> frozenset[str]:
    """Run every proof; returns the media files that the content names."""
    media = {magnet.file.path for magnet in definition.magnets.values() if magnet.file is not None}
    for tunnel in definition.tunnels.values():
        for step in tunnel.steps.values():
            media |= {file.path for file in step.media}
    return frozenset(media)
