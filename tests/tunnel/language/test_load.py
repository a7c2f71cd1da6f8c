"""Whole content directories: the sample is clean, what is broken is found, nothing is raised."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunnel.language import load, load_scripts
from tunnel.language.definition import Definition, SetTo, Target
from tunnel.language.load import Loaded

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "content"
BASE = Path(__file__).parent / "base"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "content")
    return tmp_path / "content"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "base")
    return tmp_path / "base"


def codes(loaded: Loaded) -> set[str]:
    return {finding.code for finding in loaded.findings}


def definition(directory: Path) -> Definition:
    loaded = load(directory)
    assert loaded.definition is not None, "\n".join(map(str, loaded.errors))
    return loaded.definition


def test_the_sample_has_no_errors_and_no_warnings() -> None:
    loaded = load(SAMPLE)
    assert [str(one) for one in loaded.errors] == []
    assert [one.code for one in loaded.findings if one.severity == "warning"] == []
    assert loaded.scripts
    assert load_scripts(SAMPLE)[1] == []


def test_what_the_sample_becomes() -> None:
    found = definition(SAMPLE)
    assert found.settings.company == "Фасад"
    assert found.settings.timezone.key == "Europe/Moscow"
    assert found.links["siding"].to == Target("siding", "hello")
    steps = found.tunnels["siding"].steps
    assert steps["hello"].choices[0].set == (SetTo("object", "дом"),)
    assert steps["area"].ask is not None
    assert (steps["area"].ask.minimum, steps["area"].ask.maximum) == (10.0, 5000.0)
    assert [branch.to.step for branch in steps["area"].to] == ["big", "offer"]
    assert steps["price"].choices[1].objection == "expensive"
    assert steps["hello"].silence[0].after_s == 3600.0
    assert found.objections["expensive"].answers[0].choices[1].to == Target("", "resume")
    assert found.magnets["guide"].file is not None
    assert found.settings.queues["sales"].hours is not None
    assert found.settings.queues["sales"].hours.days == frozenset(range(5))
    assert re.fullmatch("[0-9a-f]{16}", found.revision)


def test_keys_are_short_unique_and_stay() -> None:
    first, second = definition(SAMPLE), definition(SAMPLE)
    assert list(first.steps_by_key) == list(second.steps_by_key)
    assert all(re.fullmatch("[0-9a-z]{6}", key) for key in first.steps_by_key)
    for step in first.steps_by_key.values():
        keys = [choice.key for choice in step.choices]
        assert len(set(keys)) == len(keys)
        assert all(re.fullmatch("[0-9a-z]{6}", key) for key in keys)


def test_the_revision_covers_texts_and_media_but_not_dialogues(content: Path) -> None:
    before = definition(content).revision
    for path in (content / "scripts").glob("*.yaml"):
        path.write_text(path.read_text() + "\n# заметка\n")
    assert definition(content).revision == before
    with (content / "files/guide.pdf").open("ab") as file:
        file.write(b"\n")
    changed = definition(content).revision
    assert changed != before
    settings_file = content / "settings.yaml"
    settings_file.write_text(settings_file.read_text() + "\n# заметка\n")
    assert definition(content).revision not in (before, changed)


NAMES = re.compile(
    r"(?:to|save|objection|handoff|queue|magnet|notify|else|start|default|stage|file|image|link|when|type): "
    r"\[?([\w/.]+)|^  (\w+):(?= |$)|\{\{ \(*(\w+)|^(\w+):",
    re.MULTILINE,
)
FREE = {"siding", "think", "compare"}
"""Names that nothing else must know: a link may be any word, an objection need not have a button."""


def mutants() -> list[tuple[str, int, int, str]]:
    """(file, start, end, name): every place of the sample content where a name is written."""
    found = []
    for path in sorted(SAMPLE.rglob("*.yaml")):
        if "scripts" in path.parts:
            continue
        for match in NAMES.finditer(path.read_text()):
            name = next(group for group in match.groups() if group)
            start = match.start(match.lastindex or 0)
            found.append((path.relative_to(SAMPLE).as_posix(), start, start + len(name), name))
    return found


MUTANTS = mutants()[::3]
"""Each costs a load of the whole content."""


def test_there_are_enough_mutants() -> None:
    assert len(MUTANTS) > 80


def test_every_deletion_of_a_name_is_found(content: Path) -> None:
    """Delete one name, wherever it stands: something new must be said, in the same file or where the name is missed."""
    shutil.rmtree(content / "scripts")
    usual = {str(one) for one in load(SAMPLE).findings}
    silent = []
    for file, start, end, name in MUTANTS:
        path = content / file
        text = path.read_text()
        path.write_text(text[:start] + text[end:])
        found = {str(one) for one in load(content).findings} - usual
        path.write_text(text)
        if not found:
            silent.append((file, text.count("\n", 0, start) + 1, name))
    assert silent == []


def test_every_misspelt_name_is_found(content: Path) -> None:
    """Change one letter of it instead: where the name must be known, that is an error."""
    shutil.rmtree(content / "scripts")
    usual = {str(one) for one in load(SAMPLE).findings}
    silent = []
    for file, start, end, name in MUTANTS:
        if name in FREE and file != "settings.yaml":
            continue
        path = content / file
        text = path.read_text()
        path.write_text(text[:start] + name + "q" + text[end:])
        found = {str(one) for one in load(content).findings} - usual
        path.write_text(text)
        if not found:
            silent.append((file, text.count("\n", 0, start) + 1, name))
    assert silent == []


def test_all_mistakes_at_once(content: Path) -> None:
    path = content / "tunnels/siding.yaml"
    text = path.read_text().replace("to: guide}", "to: giude}", 1).replace("min: 10", "min: десять")
    path.write_text(text.replace("magnet: guide", "magnet: gide").replace("stage: measure", "stage: measrue"))
    (content / "magnets.yaml").write_text("magnets:\n  guide: {title: Гид, fil: files/guide.pdf}\n")
    loaded = load(content)
    assert loaded.definition is None
    assert {"unknown-step", "bad-number", "unknown-magnet", "unknown-stage", "unknown-key"} <= codes(loaded)
    assert loaded.findings == sorted(loaded.findings, key=lambda one: (one.file, one.line, one.column))


def test_english() -> None:
    finding = load(SAMPLE, "en").findings[0]
    assert "читается" not in finding.message
    assert set(finding.as_dict()) == {"file", "line", "column", "severity", "code", "message", "remedy"}


def test_the_language_of_findings_is_the_settings_own(base: Path) -> None:
    (base / "settings.yaml").write_text((base / "settings.yaml").read_text().replace("language: ru", "language: en"))
    path = base / "tunnels/t.yaml"
    path.write_text(path.read_text().replace("to: two", "to: tow"))
    assert any("there is no step" in one.message for one in load(base).findings)


# --- directories ---


def test_no_directory(tmp_path: Path) -> None:
    assert codes(load(tmp_path / "nowhere")) == {"no-directory"}


def test_an_empty_directory(tmp_path: Path) -> None:
    assert codes(load(tmp_path)) == {"no-settings", "no-tunnels"}


def test_links_out_of_the_directory(base: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("magnets: {}\n")
    (base / "more.yaml").symlink_to(outside)
    loaded = load(base)
    assert codes(loaded) >= {"link-outside"}
    assert loaded.definition is None
    (base / "more.yaml").unlink()
    guide = base / "files/guide.pdf"
    guide.unlink()
    guide.symlink_to(outside)
    assert "link-outside" in codes(load(base))


def test_links_within_the_directory_are_fine(base: Path) -> None:
    guide = base / "files/guide.pdf"
    guide.rename(base / "files/real.pdf")
    guide.symlink_to("real.pdf")
    assert load(base).definition is not None


def test_a_loop_of_links(base: Path) -> None:
    (base / "a.yaml").symlink_to("b.yaml")
    (base / "b.yaml").symlink_to("a.yaml")
    assert codes(load(base)) & {"link-outside", "file-unreadable"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_opened(base: Path) -> None:
    (base / "settings.yaml").chmod(0)
    assert "file-unreadable" in codes(load(base))


def test_a_file_that_is_too_large(base: Path) -> None:
    (base / "tunnels/big.yaml").write_bytes(b"# " + b"x" * 600_000)
    assert "file-too-large" in codes(load(base))


def test_a_file_that_is_not_utf8(base: Path) -> None:
    (base / "promos.yaml").write_bytes("# промо".encode("cp1251"))
    assert "not-utf8" in codes(load(base))


def test_a_file_beyond_a_channel_s_limit(base: Path) -> None:
    with (base / "files/guide.pdf").open("r+b") as file:
        file.truncate(60_000_000)  # sparse: takes no room
    loaded = load(base)
    assert [one.message for one in loaded.errors] == [
        "файл «files/guide.pdf» — 60 МБ, а Telegram берёт не больше 50 МБ"
    ]


def test_shared_things_may_be_split_over_files(base: Path) -> None:
    settings_file = base / "settings.yaml"
    settings_file.write_text(settings_file.read_text().replace("queues: {sales: {title: Отдел продаж}}\n", ""))
    (base / "queues.yaml").write_text("queues: {sales: {title: Отдел продаж}, night: {title: Ночные}}\n")
    assert list(definition(base).settings.queues) == ["sales", "night"]
    (base / "more.yaml").write_text("queues: {night: {title: Другие}}\n")
    assert "same-name" in codes(load(base))


def test_hidden_files_are_left_alone(base: Path) -> None:
    (base / ".draft.yaml").write_text("][")
    assert load(base).definition is not None


def test_one_tunnel_may_lead_to_another(base: Path) -> None:
    (base / "tunnels/u.yaml").write_text("tunnel: u\nstart: a\nsteps:\n  a: {say: Да, to: t/two}\n")
    path = base / "tunnels/t.yaml"
    path.write_text(path.read_text().replace("to: two}", "to: u/a}"))
    assert definition(base).tunnels["t"].steps["one"].choices[0].to == Target("u", "a")


# --- the ways ---

FLOW = """\
tunnel: t
start: one
enter: [{link: t}]
steps:
  one:
    say: Да?
    choices: [{label: Да, to: two, set: {area: 5}}, {label: Нет, to: three}]
    silence: [{after: 1h, to: three}]
  two:
    ask: {say: Город?, save: city}
    to: [{when: USE, to: four}, four]
    silence: [{after: 1h, say: Ждём}]
  three:
    set: {area: 1, city: Псков}
    to: four
  four: {say: "TEXT", set: {ready: true, phone: "1"}, magnet: guide, end: true}
"""


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("{{ area }} {{ city }}", ""),
        ("{{ wish }}", "one → two → four"),
        ("{{ wish | default('?') }}", ""),
        ("{% if wish %}{{ wish }}{% endif %}", ""),
        ("{% if not wish %}-{% else %}{{ wish }}{% endif %}", ""),
        ("{% if wish or area %}{{ wish }}{% endif %}", "one → two → four"),
        ("{% if wish and area %}{{ wish }}{% endif %}", ""),
        ("{% if area %}{% elif wish %}{{ wish }}{% endif %}", ""),
        ("{{ wish if wish else area }}", ""),
        ("{{ area if area else wish }}", "one → two → four"),
        ("{{ wish or area }}", ""),
        ("{{ (wish + 1) | default(2) }}", "one → two → four"),
        ("{{ wish is defined }}", ""),
        ("{% if wish is defined %}{{ wish }}{% endif %}", ""),
        ("{% for tag in tags %}{{ tag }}{% endfor %}", ""),
    ],
)
def test_a_variable_must_be_set_on_every_way(text: str, missing: str, base: Path) -> None:
    wish = "variables:\n  wish: {title: Мечта, type: number}\n"
    (base / "settings.yaml").write_text((base / "settings.yaml").read_text().replace("variables:\n", wish))
    (base / "tunnels/t.yaml").write_text(FLOW.replace("TEXT", text).replace("USE", "area > 2"))
    found = [one.message for one in load(base).findings if one.code == "unset-variable"]
    assert [message.partition("start → ")[2] for message in found] == ([missing] if missing else [])


@pytest.mark.parametrize(
    ("condition", "known"),
    [("area", True), ("area and city", True), ("not area", False), ("area > 5", True), ("name", False)],
)
def test_a_condition_proves_what_it_tests(condition: str, base: Path, *, known: bool) -> None:
    """An objection can be raised at any step, so only its `when` can know that a variable is set."""
    choice = f"{{label: Дальше, to: four, when: {condition}}}"
    path = base / "objections.yaml"
    path.write_text(path.read_text().replace("- {label: Вернуться", f"- {choice}\n          - {{label: Вернуться"))
    tunnel = base / "tunnels/t.yaml"
    tunnel.write_text(tunnel.read_text().replace("{{ area }} м², {{ city }}", "{{ area }} м²"))
    found = [one for one in load(base).findings if one.code == "unset-variable" and one.file == "tunnels/t.yaml"]
    assert (found == []) is known


@pytest.mark.parametrize(
    ("first", "second", "covered"),
    [
        ("area < 5", "area >= 5", True),
        ("area > 5", "area <= 5", True),
        ("area == 5", "area != 5", True),
        ("ready", "not ready", True),
        ("not (area > 5)", "area > 5", True),
        ("area < 5", "area > 5", False),
        ("area < 5", "area >= 6", False),
        ("ready", "ready", False),
        ("1 < area < 5", "1 >= area >= 5", False),
    ],
)
def test_plain_opposites_need_no_last_branch(first: str, second: str, base: Path, *, covered: bool) -> None:
    path = base / "tunnels/t.yaml"
    branches = f'to: [{{when: "{first}", to: three}}, {{when: "{second}", to: one}}]'
    path.write_text(
        path.read_text().replace("to: three", branches).replace("say: Привет!", "set: {ready: true}\n    say: А?")
    )
    assert ("no-last-branch" in codes(load(base))) is not covered


def test_two_settings_files(base: Path) -> None:
    shutil.copy(base / "settings.yaml", base / "settings.yml")
    assert "same-name" in codes(load(base))


def test_a_tunnel_without_a_name_hides_what_would_follow_from_it(base: Path) -> None:
    path = base / "tunnels/t.yaml"
    path.write_text(path.read_text().replace("tunnel: t", "tunel: t"))
    assert {one.code for one in load(base).errors} == {"unknown-key", "missing-key"}


def test_a_chain_of_a_thousand_steps(base: Path) -> None:
    steps = "".join(f"  s{n}: {{say: Шаг, to: s{n + 1}}}\n" for n in range(1_000))
    text = f"tunnel: t\nstart: s0\nenter: [{{link: t}}]\nsteps:\n{steps}  s1000: {{say: Всё, end: true}}\n"
    (base / "tunnels/t.yaml").write_text(text)
    assert load(base).definition is not None


# --- nothing is raised ---

PIECES = st.sampled_from(
    ["steps", "say", "ask", "to", "choices", "label", "one", "two", "end", "resume", "{{ name }}", "{{", "1h", "-1", "",
     "когда", "true", "t/one", "../x", "files/guide.pdf", "when", "set", "area", "tunnel", "start", "stages", "enter",
     "link", "handoff", "sales", "silence", "after", "media", "image", "magnet", "guide", "end: true", "~", "[]", "{}",
     "events", "order.paid", "ladder", "until", "via", "days", "promos", "code", "X-{random:6}", "products", "next",
     "wait", "promo", "product", "event", "quiet", "frequency", "{{ event.total }}", "{{ products.a.price }}", "has"]
)  # fmt: skip
TREES = st.recursive(
    PIECES,
    lambda children: st.one_of(
        st.lists(children, max_size=3).map(lambda parts: "[" + ", ".join(parts) + "]"),
        st.dictionaries(PIECES, children, max_size=4).map(
            lambda parts: "{" + ", ".join(f'"{key}": {value}' for key, value in parts.items()) + "}"
        ),
    ),
    max_leaves=12,
)
FILES = st.sampled_from(
    ["settings.yaml", "tunnels/t.yaml", "objections.yaml", "magnets.yaml", "scripts/s.yaml", "promos.yaml", "x.yaml"]
)


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(file=FILES, key=PIECES, tree=TREES)
def test_load_raises_nothing(file: str, key: str, tree: str, tmp_path: Path) -> None:
    directory = tmp_path / "content"
    shutil.copytree(BASE, directory, dirs_exist_ok=True)
    path = directory / file
    path.parent.mkdir(exist_ok=True)
    before = path.read_text() if path.exists() else ""
    path.write_text(f'{before}\n"{key}": {tree}\n')
    loaded = load(directory)
    shutil.rmtree(directory)
    assert (loaded.definition is None) == bool(loaded.errors)


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(data=st.data())
def test_load_survives_cuts_anywhere(data: st.DataObject, tmp_path: Path) -> None:
    """The sample with a stretch of one file cut out, or swapped for something else."""
    directory = tmp_path / "content"
    shutil.copytree(BASE, directory, dirs_exist_ok=True)
    path = directory / data.draw(
        st.sampled_from(["settings.yaml", "tunnels/t.yaml", "objections.yaml", "magnets.yaml"])
    )
    text = path.read_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    path.write_text(text[:start] + data.draw(TREES) + text[end:])
    loaded = load(directory)
    shutil.rmtree(directory)
    assert (loaded.definition is None) == bool(loaded.errors)
