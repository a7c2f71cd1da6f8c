"""The picture of a tunnel."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tunnel.language import diagram, load
from tunnel.language.definition import Definition

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def definition() -> Definition:
    found = load(HERE / "every_key").definition
    assert found is not None
    return found


def test_every_step_is_drawn_once_and_every_way_leads_to_something_drawn(definition: Definition) -> None:
    lines = diagram(definition, "windows").splitlines()
    assert lines[0] == "flowchart TD"
    for step in definition.tunnels["windows"].steps.values():
        assert sum(re.match(rf"\s+s{step.key}[\[(]", line) is not None for line in lines) == 1
    drawn = set(re.findall(r"(\w+)[\[({>]", "\n".join(lines)))
    for line in lines:
        if "-->" in line or "-.->" in line:
            assert re.findall(r"\w+", line)[0] in drawn
            goal = re.search(r"(\w+)(?:\{\{.*|\(\( \)\)|\[.*)?$", line.rsplit("| ", 1)[-1].rsplit("> ", 1)[-1])
            assert goal is not None
            assert goal[1] in drawn


def test_ways_say_what_opens_them(definition: Definition) -> None:
    text = diagram(definition, "windows")
    assert '|"Считать"|' in text
    assert '|"rooms #62;= 10"|' in text
    assert '|"⏱ 3h"|' in text
    assert '|"A/B"|' in text
    assert 'subgraph stage0["Новый"]' in text
    assert '{{"Продажи"}}' in text
    assert 'objection_price>"Дорого"]' in text


def test_pauses_and_events_are_drawn(definition: Definition) -> None:
    text = diagram(definition, "windows")
    care, sill = (definition.tunnels["windows"].steps[name].key for name in ("care", "sill"))
    assert f's{care} -->|"⏸ 30d"| s{sill}' in text
    event = re.search(r'(event\d)>"Заказ оплачен<br/>order.paid"]', text)
    assert event is not None
    assert f"{event[1]} -.-> s{care}" in text
    assert '-.->|"⏱ 2d"|' in text
    assert '-.->|"⏱ 1h · Оформить"|' in text


def test_an_unknown_tunnel(definition: Definition) -> None:
    with pytest.raises(KeyError):
        diagram(definition, "doors")


def test_texts_cannot_break_out_of_their_labels(tmp_path: Path) -> None:
    shutil.copytree(HERE / "base", tmp_path / "base")
    path = tmp_path / "base/tunnels/t.yaml"
    evil = '"Ёж\\"] --> x; click x `<script>` #quot; | {{ name | upper }}\\n**да**"'
    path.write_text(
        path.read_text().replace("say: Привет!", f"say: {evil}").replace("label: Дальше", 'label: "a|b\\"]"')
    )
    found = load(tmp_path / "base").definition
    assert found is not None
    text = diagram(found, "t")
    assert "<script>" not in text
    assert "#60;script#62;" in text
    assert "‹name›" in text
    for line in text.splitlines():
        assert line.count('"') % 2 == 0
        for label in re.findall(r'"([^"]*)"', line):
            assert not re.search(r"[\[\](){}|;`](?<!#\d\d;)(?<!#\d\d\d;)", label.replace("<br/>", ""))
