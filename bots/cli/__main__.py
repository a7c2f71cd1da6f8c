"""`python -m bots.cli` is `tunnel`."""

from __future__ import annotations

from bots.cli import main

main()
