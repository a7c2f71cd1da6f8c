"""The command line: `tunnel …`. Each command imports what it needs when it runs, so that `--help` answers at once.

Exit codes: 0 all is well; 1 the content, a service or a check is not; 2 a wrong command line or wrong settings.
"""

from __future__ import annotations

from bots.cli.group import main, tunnel

__all__ = ["main", "tunnel"]
