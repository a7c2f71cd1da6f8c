"""Dialogue scripts are read into lines that say where they stand."""

from __future__ import annotations

from pathlib import Path

from tunnel.language import Line, load_scripts

EVERY_KEY = Path(__file__).parent / "every_key"


def test_lines() -> None:
    (script,), findings = load_scripts(EVERY_KEY)
    assert findings == []
    assert script.name == "Всё, что бывает в диалоге"
    assert script.channels == ("telegram", "web")
    assert script.file == "scripts/all.yaml"
    assert script.given == {
        "name": "Ольга", "sex": "female", "tags": ["vip"], "source": {"utm_source": "vk"}, "split": {"test": "cheap"},
        "wish": "тепло", "rooms": 3.0, "ready": True,
    }  # fmt: skip
    assert script.lines == (
        Line("customer", "/start windows", 5),
        Line("bot", "Здравствуйте", 6),
        Line("choices", ("Считать", "Дорого", "Работы", "Человек"), 7),
        Line("stage", "new", 8),
        Line("wait", "5400", 9),
        Line("bot", "…", 10),
        Line("customer", "Человек", 11),
        Line("mode", "queued", 12),
        Line("operator", "/take", 13),
        Line("operator", "Добрый день!", 14),
        Line("file", "files/b.pdf", 15),
    )


def test_without_channels_it_is_played_on_all(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/a.yaml").write_text("script: А\ndialogue: [{customer: /start}]\n")
    (script,), findings = load_scripts(tmp_path)
    assert script.channels == ("telegram", "vk", "whatsapp", "web")
    assert findings == []
