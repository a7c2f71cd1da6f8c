"""How to connect a shop, done as it is written: its settings, its requests, their answers."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from state import Store
from tests.docs.pages import ROOT, blocks
from tests.e2e.program import Program

PAGES = ("connect-a-shop.md", "connect-a-shop.ru.md")


@pytest.mark.parametrize("name", PAGES)
async def test_the_page_goes_as_written(name: str, redis_url: str, tmp_path: Path) -> None:
    if not (shutil.which("curl") and shutil.which("openssl")):
        pytest.skip("needs curl and openssl")
    found = list(blocks(ROOT / "docs/how-to" / name))
    setting = next(block.body.strip() for block in found if block.body.startswith("TUNNEL_EVENTS_TOKENS="))
    token = setting.partition("=")[2]
    env = {"TUNNEL_EVENTS_TOKENS": token, "TUNNEL_EVENTS_SECRETS": "crm=a8d3c5e1f0", "TUNNEL_REDIS_URL": redis_url}
    program = Program(tmp_path, env, ROOT / "content")
    await program.start("--role", "webhook")
    store = await Store.connect(redis_url)
    try:
        owner = "2dcc25c6e6f6a80c8f9276ef"
        await store.reserve_promo("comeback", owner, 1, codes=["DOM-4K7P2M"], discount="10%", valid_s=3600)
        for command, answer in itertools.pairwise(found):
            if command.kind == "sh" and answer.kind == "json":
                script = command.body.replace("http://localhost:8080", program.url)
                done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60)
                told, written = json.loads(done.stdout), json.loads(answer.body)
                for moment in ("redeemed_at",):
                    assert (moment in told) == (moment in written)
                    written[moment] = told.get(moment)
                    told.setdefault(moment, None)
                assert told == written, f"{name}:{command.line}"
    finally:
        await store.close()
        await program.stop()
    assert len([block for block in found if block.kind == "sh"]) == 5


def test_both_pages_take_the_same_steps() -> None:
    english, russian = ([block.kind for block in blocks(ROOT / "docs/how-to" / name)] for name in PAGES)
    assert english == russian
