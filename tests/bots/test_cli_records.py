"""`tunnel report|contacts|records`, over a SQLite of their own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bots.cli import tunnel
from bots.cli.report import moment_of, way
from bots.cli.tables import duration, lines_of
from records import Records
from tests.bots.stage import CONTENT
from tests.records.journal import OLGA, Journal, entered, left, record, send, start, text, turn
from tunnel.effects import Desk, Record
from tunnel.events import Trigger

NOW = datetime.now(UTC).timestamp()


def call(*arguments: str) -> Result:
    return CliRunner().invoke(tunnel, [*arguments], catch_exceptions=False)


def outside() -> list[Record]:
    """Every kind of fact, and a payment."""
    ladder = {"tunnel": "siding", "event": "cart.abandoned", "rung": 0}
    return [
        record("trigger", name="cart.abandoned", tunnel="siding", did="ladder", fields=[]),
        *(record("ladder", **ladder, did=did, why="") for did in ("started", "said")),
        record("ladder", **ladder, did="stopped", why="answer"),
        Record(what="held", data={"what": "silence", "why": "quiet", "until": NOW + 60}),
        record("promo", promo="comeback", code="DOM-1", until=NOW + 60),
        record("arm", tunnel="siding", step="estimate", arm="price"),
        record("parked", tunnel="siding", step="area", did="left"),
        record("overdue", tunnel="siding", stage="new", since=NOW),
        record("clicked", link="https://example.com/works"),
        record("money", tunnel="siding", value=990.5, currency="RUB", product=""),
    ]


async def told(data: Path) -> None:
    records = Records.open("", data)
    await records.migrate()
    stage = record("stage", tunnel="siding", before="", after="new", reason="")
    place = {"tunnel": "siding", "step": "hello", "by": "text"}
    await Journal(records).happened(
        turn(start(), stage, entered("hello", 1), send('Здравствуйте "друг"'), now=NOW - 100),
        turn(text("дорого"), record("objection", name="expensive", answer=0, **place), now=NOW - 90),
        turn(text("да"), record("won_back", name="expensive", answer=0, label="Рассрочка"), now=NOW - 80),
        turn(text("Дом"), left("hello", 1, "text", 'Дом "с мансардой"'), entered("area", 2), now=NOW - 10),
        turn(text("?"), Desk(kind="handoff", text="звонить"), record("granted", magnet="guide"), now=NOW - 5),
        turn(text("x"), record("tagged", added=["vip"], removed=[]), record("unknown"), now=NOW),
        turn(Trigger(id="e1", name="cart.abandoned", origin="shop"), *outside(), now=NOW),
    )
    await records.close()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUNNEL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TUNNEL_CONTENT", str(CONTENT))
    asyncio.run(told(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.usefixtures("data")
def test_a_report_tells_of_the_outside() -> None:
    told = [line.split() for line in call("report", "siding", "--since", "1h", "--lang", "en").stdout.splitlines()]
    for row in (
        ["cart.abandoned", "1", "1", "1", "1"],
        ["estimate", "price", "1", "0", "(0%)"],
        ["comeback", "1", "0", "(0%)"],
        ["reminder", "quiet", "time", "1"],
        ["https://example.com/works", "1"],
        ["990.50", "RUB", "1", "1"],
    ):
        assert row in told, row


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["⚡ cart.abandoned (shop)", "ladder of cart.abandoned: message 1", "reminder was not said at once",
                "promo code DOM-1 of comeback", "overdue at the stage new", "opened https://", "$ siding: 990.50 RUB"]),
        ("ru", ["лестница cart.abandoned: сообщение 1", "напоминание: не сказано сразу, тихое время",
                "промокод DOM-1 (comeback)", "развилка siding/estimate: price", "отложено на siding/area"]),
    ],
)  # fmt: skip
def test_a_persons_history_is_told_in_words(lang: str, words: list[str]) -> None:
    shown = call("contacts", "show", OLGA, "--lang", lang).stdout
    assert [one for one in words if one not in shown] == []


@pytest.mark.usefixtures("data")
def test_a_report() -> None:
    result = call("report", "siding", "--since", "1h", "--lang", "en")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert "people 1" in lines[0]
    (hello,) = [line for line in lines if line.startswith("hello")]
    assert hello.split() == ["hello", "1", "1.5", "min", "Дом", '"с', 'мансардой"', "1"]
    assert any(line.split()[:4] == ["expensive", "1", "1", "1"] for line in lines)
    assert '  s0["hello<br/>1 · ⏱ 1.5 min"]' in lines
    assert '  s0 -->|"Дом #34;с мансардой#34; · 1"| s1' in lines


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("report", "nothing"), 2, "siding"),
        (("report", "siding", "--since", "soon"), 2, "30d"),
        (("contacts", "show", "nobody", "--lang", "en"), 1, "no contact"),
        (("contacts", "find", "nobody at all", "--lang", "en"), 0, "Nobody"),
        (("contacts", "find", "vip"), 0, OLGA),
        (("contacts", "find", "Ольга"), 0, "siding: new"),
        (("contacts", "show", OLGA), 0, "bot: Здравствуйте"),
        (("contacts", "show", OLGA), 0, "✎ bot: звонить"),
        (("contacts", "show", OLGA), 0, "★ guide"),
        (("records", "status"), 0, "messages"),
        (("records", "rebuild", "--lang", "en"), 0, "7 lines"),
        (("report", "siding", "--format", "mermaid"), 0, "flowchart TD"),
    ],
)
def test_commands(arguments: tuple[str, ...], code: int, words: str) -> None:
    result = call(*arguments)
    assert (result.exit_code, words in result.output) == (code, True), result.output


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("address", "code", "words"),
    [("mysql://u:secret@h/d", 2, "TUNNEL_DATABASE_URL"), ("postgresql://u:secret@127.0.0.1:1/d", 1, "cannot be read")],
)
def test_a_database_that_cannot_be_read(address: str, code: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEL_DATABASE_URL", address)
    result = call("records", "status", "--lang", "en")
    assert (result.exit_code, words in result.output, "secret" in result.output) == (code, True, False)


def test_nothing_was_ever_projected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Nothing has been projected" in call("records", "status", "--lang", "en").output
    assert "no snapshots" in call("records", "restore-sessions", "--lang", "en").output


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, ""), (0.2, "0 s"), (59, "59 s"), (90, "1.5 min"), (5400, "1.5 h"), (200_000, "2.31 d")],
)
def test_durations(seconds: float | None, shown: str) -> None:
    assert duration(seconds, "en") == shown


def test_times() -> None:
    now = datetime(2026, 5, 10, tzinfo=UTC)
    assert moment_of("30d", now) == now - timedelta(days=30)
    assert moment_of("2026-05-01", now) == datetime(2026, 5, 1, tzinfo=UTC)
    assert moment_of("soon", now) is None


def test_ways() -> None:
    assert way("press", "Дом", "en") == way("text", "Дом", "en") == "Дом"
    assert way("silence", "0", "en") == "⏱ reminder 1"
    assert way("objection", "expensive", "en") == "objection “expensive”"
    assert way("of the next release", "", "en") == "of the next release"


def test_tables() -> None:
    assert list(lines_of(["a", "b"], [["long", ""], ["x", "y"]])) == ["a     b", "────  ─", "long", "x     y"]
