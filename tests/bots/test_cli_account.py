"""`tunnel account` opens the door from inside."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bots.cli import tunnel


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEL_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_while_nobody_has_an_account_the_first_link_is_printed() -> None:
    result = CliRunner().invoke(tunnel, ["account", "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert "http://localhost:8080/console/setup#token=" in result.output


async def test_a_link_for_somebody_who_is_locked_out(tmp_path: Path) -> None:
    import asyncio
    import time

    from console.accounts.accounts import Accounts
    from console.models.people import Setup
    from records import Records

    records = Records.open("", tmp_path)
    await records.migrate()
    accounts = Accounts(records.engine, time.time)
    token = await accounts.first_link()
    assert token
    await accounts.set_up(Setup(token=token, login="anna", name="Анна", password="correct horse"), "10.0.0.1")
    await records.close()

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(tunnel, ["account", "--lang", "en", *arguments])
        return result.exit_code, result.output

    assert (await asyncio.to_thread(run))[0] == 2
    assert (await asyncio.to_thread(run, "ivan"))[0] == 1
    code, output = await asyncio.to_thread(run, "Anna", "--drop-code")
    assert code == 0
    assert "/console/password#token=" in output
