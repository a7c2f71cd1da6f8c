"""`tunnel report`: the numbers of one tunnel, as a table and as a picture."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bots.bilingual import Language, Text
from bots.cli.findings import (
    content_directory,
    content_option,
    definition_or_exit,
    language_of,
    load_content,
    speaks_of_content,
)
from bots.cli.screen import SPOKEN, WRONG_USE, say, settings_or_exit
from bots.cli.tables import duration, lines_of

if TYPE_CHECKING:
    from records.report import Report, StepNumbers
    from records.report_outside import OutsideNumbers
    from tunnel.language.definition import Tunnel

_NO_TUNNEL = Text("There is no tunnel {name!r}. There are: {known}", "Воронки {name!r} нет. Есть: {known}")
_BAD_SINCE = Text(
    "--since: write a time such as 30d, 12h or 2026-05-01", "--since: нужно время вида 30d, 12h или 2026-05-01"
)
_HEAD = Text("{title}: people {people}, {since} – {until} UTC", "{title}: людей {people}, {since} – {until} UTC")
_STEPS = (
    Text("step", "шаг"),
    Text("entered", "пришли"),
    Text("silent", "молчат"),
    Text("median", "медиана"),
    Text("left by", "ушли через"),
)
_STAGES = (
    Text("stage", "этап"),
    Text("entered", "пришли"),
    Text("left to", "ушли на"),
    Text("here now", "сейчас"),
    Text("overdue", "просрочено"),
    Text("median", "медиана"),
    Text("reasons", "причины"),
)
_OBJECTIONS = (
    Text("objection", "возражение"),
    Text("answer", "ответ"),
    Text("raised", "сказали"),
    Text("won back", "вернулись"),
)
_EVENTS = (
    Text("event", "событие"),
    Text("came", "пришло"),
    Text("ladders", "лестниц"),
    Text("messages", "сообщений"),
    Text("answered", "ответили"),
    Text("won back", "вернулись"),
)
_ARMS = (
    Text("split", "развилка"),
    Text("arm", "вариант"),
    Text("entered", "пришли"),
    Text("went on", "пошли дальше"),
)
_PROMOS = (
    Text("promo code", "промокод"),
    Text("given", "выдано"),
    Text("redeemed", "применено"),
    Text("none left", "не хватило"),
    Text("orders' sum", "сумма заказов"),
)
_HELD = (Text("not said at once", "не сказано сразу"), Text("why", "почему"), Text("times", "раз"))
_LINKS = (Text("link", "ссылка"), Text("opened", "открыта"))
_MONEY = (Text("revenue", "выручка"), Text("payments", "оплат"), Text("people", "людей"))
WHATS = {
    "silence": Text("reminder", "напоминание"),
    "ladder": Text("ladder", "лестница"),
    "event": Text("step of an event", "шаг события"),
    "stage": Text("stage's late step", "шаг просроченного этапа"),
    "wait": Text("step after a pause", "шаг после паузы"),
}
WHYS = {
    "quiet": Text("quiet time", "тихое время"),
    "days": Text("not its weekday", "не его день недели"),
    "order": Text("behind another", "в очереди за другим"),
    "talking": Text("the customer is writing", "клиент как раз пишет"),
    "frequency": Text("the cap on messages", "предел сообщений"),
    "people": Text("people answer", "отвечают люди"),
    "stopped": Text("the customer said stop", "клиент сказал «стоп»"),
    "blocked": Text("the customer blocked us", "клиент заблокировал нас"),
    "channel": Text("no address on its channels", "нет адреса на его каналах"),
    "too many": Text("too many wait", "слишком много ждёт"),
}
WAYS = {
    "answer": Text("an answer", "ответ"),
    "silence": Text("⏱ reminder {label}", "⏱ напоминание {label}"),
    "objection": Text("objection “{label}”", "возражение «{label}»"),
    "back": Text("back", "назад"),
    "onward": Text("onward", "дальше"),
    "end": Text("the end", "конец"),
}
"""How a step is left where no label says it."""


@click.command(
    help=say(
        "Print a tunnel's numbers for a period: per step who entered, how they left, who fell silent, the median time; "
        "per stage who entered, left, stands there now and is overdue; events and their ladders, arms of splits, promo "
        "codes, what was held and why, links opened, revenue; then the same as a Mermaid diagram.",
        "Напечатать цифры воронки за период: по шагам — кто пришёл, как ушёл, кто молчит, медиана времени; по этапам — "
        "кто пришёл, ушёл, стоит сейчас и просрочен; события и их лестницы, варианты развилок, промокоды, что не "
        "сказано сразу и почему, открытые ссылки, выручка; затем то же диаграммой Mermaid.",
    )
)
@click.argument("name", metavar="TUNNEL")
@click.option(
    "--since",
    default="30d",
    show_default=True,
    help=say("From when: 30d, 12h ago, or a date.", "С какого времени: 30d, 12h назад или дата."),
)
@click.option("--format", "form", type=click.Choice(["text", "mermaid", "json"]), default="text", show_default=True)
@content_option
@speaks_of_content
def report(name: str, since: str, form: str, directory: Path | None, lang: Language | None) -> None:
    """Count and print."""
    settings = settings_or_exit(lang or SPOKEN)
    directory = content_directory(directory, lang)
    loaded = load_content(directory, lang)
    definition = definition_or_exit(loaded, directory, lang)
    spoken = language_of(loaded, lang)
    if name not in definition.tunnels:
        known = ", ".join(sorted(definition.tunnels))
        print(_NO_TUNNEL.filled(name=name, known=known)(spoken), file=sys.stderr)
        raise SystemExit(WRONG_USE)
    until = datetime.now(UTC)
    start = moment_of(since, until)
    if start is None:
        print(_BAD_SINCE(spoken), file=sys.stderr)
        raise SystemExit(WRONG_USE)
    from bots.cli.records import with_records
    from records.report import report as count

    tunnel = definition.tunnels[name]
    within_s = {stage.name: stage.within_s for stage in tunnel.stages.values() if stage.within_s is not None}
    found = asyncio.run(with_records(settings, spoken, lambda own: count(own.engine, name, start, until, within_s)))
    if form == "json":
        click.echo(json.dumps(_plain(found), ensure_ascii=False, indent=2, default=str))
        return
    if form == "text":
        for line in as_tables(found, tunnel, spoken):
            click.echo(line)
        click.echo()
    click.echo("\n".join(as_mermaid(found, tunnel, spoken)))


def moment_of(text: str, now: datetime) -> datetime | None:
    """`30d` before now, or a date; None for neither."""
    from tunnel.language.durations import parse_duration

    try:
        return now - timedelta(seconds=parse_duration(text))
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def as_tables(found: Report, tunnel: Tunnel, lang: Language) -> Iterator[str]:
    """Tables: steps, stages, objections; events, arms, promo codes, what was held, links and money."""
    since, until = (f"{at:%Y-%m-%d %H:%M}" for at in (found.since, found.until))
    yield _HEAD.filled(title=tunnel.title, people=found.contacts, since=since, until=until)(lang)
    yield ""
    yield from lines_of(
        [name(lang) for name in _STEPS], [_step_row(found, step, lang) for step in _order(found, tunnel)]
    )
    if found.stages:
        yield ""
        stages = [name for name in (*tunnel.stages, *found.stages) if name in found.stages]
        rows = [_stage_row(found, tunnel, name, lang) for name in dict.fromkeys(stages)]
        yield from lines_of([name(lang) for name in _STAGES], rows)
    if found.objections:
        yield ""
        counted = [
            (one.name, str(one.answer + 1), str(one.raised), f"{one.won} ({one.won / one.raised:.0%})")
            for one in found.objections
        ]
        yield from lines_of([name(lang) for name in _OBJECTIONS], counted)
    for head, told in outside_tables(found.outside, lang):
        yield ""
        yield from lines_of([name(lang) for name in head], told)


def outside_tables(outside: OutsideNumbers, lang: Language) -> Iterator[tuple[Sequence[Text], Sequence[Sequence[str]]]]:
    """Events, arms, promo codes, what was held, links and money: those of which there is something."""

    def said(words: Mapping[str, Text], word: str) -> str:
        return words[word](lang) if word in words else word

    events = [
        *((one.event, *map(str, (one.came, one.started or "", one.said or "", one.answered or "", one.won_back or "")))
          for one in sorted(outside.events.values(), key=lambda one: -one.came)),
    ]  # fmt: skip
    arms = [(one.step, one.arm, str(one.entered), share(one.went_on, one.entered)) for one in outside.arms]
    promos = [
        (one.promo, str(one.given), share(one.redeemed, one.given), str(one.none_left or ""), money(one.total))
        for one in outside.promos
    ]
    held = [(said(WHATS, what), said(WHYS, why), str(many)) for (what, why), many in outside.held.most_common()]
    links = [(link, str(many)) for link, many in outside.links.most_common()]
    sums = [(f"{money(one.total)} {one.currency}", str(one.payments), str(one.people)) for one in outside.money]
    tables: list[tuple[Sequence[Text], Sequence[Sequence[str]]]] = [
        *((_EVENTS, events), (_ARMS, arms), (_PROMOS, promos), (_HELD, held), (_LINKS, links), (_MONEY, sums)),
    ]
    return ((head, rows) for head, rows in tables if rows)


def share(part: int, whole: int) -> str:
    """7 of 10 → "7 (70%)"."""
    return f"{part} ({part / whole:.0%})" if whole else str(part)


def money(value: float) -> str:
    """A sum without kopecks that are none; "" for nothing."""
    return f"{value:.2f}".removesuffix(".00") if value else ""


def as_mermaid(found: Report, tunnel: Tunnel, lang: Language) -> Iterator[str]:
    """The way people really went, with how many."""
    yield "flowchart TD"
    order = _order(found, tunnel)
    numbers = {f"{tunnel.name}/{step}": number for number, step in enumerate(order)}
    elsewhere: dict[str, str] = {}
    for step in order:
        yield f"  s{numbers[f'{tunnel.name}/{step}']}[{_node(found.steps[step], lang)}]"
    for step in order:
        ways = Counter[tuple[str, str]]()
        for (goal, by, label), many in found.steps[step].led_to.items():
            ways[goal, way(by, label, lang)] += many
        for (goal, label), many in ways.most_common():
            node = f"s{numbers[goal]}" if goal in numbers else elsewhere.setdefault(goal, f"e{len(elsewhere)}")
            yield f"  s{numbers[f'{tunnel.name}/{step}']} -->|{_quoted(f'{label} · {many}')}| {node}"
    for goal, node in elsewhere.items():
        yield f"  {node}([{_quoted(goal)}])"


def way(by: str, label: str, lang: Language) -> str:
    """How a step was left, in words: the choice's label, or what there was instead of a choice."""
    if by in ("press", "text") and label:
        return label
    if by == "silence":
        label = str(int(label) + 1) if label.isdigit() else label
    return WAYS[by].filled(label=label)(lang) if by in WAYS else by


def _order(found: Report, tunnel: Tunnel) -> list[str]:
    """The steps that somebody entered: those of the content in its order, then those it no longer has."""
    return [step for step in dict.fromkeys((*tunnel.steps, *found.steps)) if step in found.steps]


def _step_row(found: Report, step: str, lang: Language) -> Sequence[str]:
    numbers = found.steps[step]
    ways = Counter[str]()
    for (by, label), many in numbers.left.items():
        ways[way(by, label, lang)] += many
    left = " · ".join(f"{name} {many}" for name, many in ways.most_common())
    return step, str(numbers.entered), str(numbers.silent or ""), duration(numbers.median_s, lang), left


def _stage_row(found: Report, tunnel: Tunnel, name: str, lang: Language) -> Sequence[str]:
    def title(stage: str) -> str:
        return tunnel.stages[stage].title if stage in tunnel.stages else stage

    numbers = found.stages[name]
    left = " · ".join(f"{title(stage)} {many}" for stage, many in numbers.left.most_common())
    reasons = " · ".join(f"{reason} {many}" for reason, many in numbers.reasons.most_common())
    return (
        *(title(name), str(numbers.entered), left, str(numbers.here), str(numbers.overdue or "")),
        *(duration(numbers.median_s, lang), reasons),
    )


def _node(numbers: StepNumbers, lang: Language) -> str:
    notes = [f"{numbers.entered}"]
    if numbers.silent:
        notes.append(f"🔇 {numbers.silent}")
    if numbers.median_s:
        notes.append(f"⏱ {duration(numbers.median_s, lang)}")
    return _quoted(numbers.step, " · ".join(notes))


def _quoted(*lines: str) -> str:
    """Quoted for Mermaid: nothing of it can end the label or begin markup."""
    signs = '"#<>&;|`[]{}()\\'
    return '"' + "<br/>".join("".join(f"#{ord(c)};" if c in signs else c for c in line) for line in lines) + '"'


def _plain(value: Any) -> Any:
    """For JSON: counters by tuples become lists of rows. (`asdict` makes nonsense of counters.)"""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        if any(isinstance(key, tuple) for key in value):
            return [[*key, many] for key, many in value.items()]
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
