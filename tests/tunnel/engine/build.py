"""Definitions built without the language's loader, for tests of the engine alone and for generated tunnels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from hashlib import blake2b
from zoneinfo import ZoneInfo

from tunnel.engine.player import Player
from tunnel.engine.timers import VISIT, kind_of
from tunnel.language.definition import (
    Definition,
    Entry,
    EventKind,
    EventRule,
    Frequency,
    Hours,
    Magnet,
    Objection,
    Product,
    Promo,
    Queue,
    Quiet,
    Settings,
    Stage,
    Step,
    Target,
    Tunnel,
    Variable,
)
from tunnel.language.templates import compile_text

OFFICE = Hours(time(9), time(19), frozenset(range(5)))


def text(source: str):
    return compile_text(source, "test")


def key(*parts: str) -> str:
    return blake2b("\x00".join(parts).encode(), digest_size=8).hexdigest()[:6]


def to(step: str, tunnel: str = "t") -> Target:
    return Target(tunnel, step)


def step(name: str, *, tunnel: str = "t", **fields) -> Step:
    return Step(tunnel, name, key(tunnel, name), **fields)


def tunnel(
    *steps: Step,
    name: str = "t",
    stages: Sequence[Stage] = (),
    enter: Sequence[Entry] = (),
    start: str = "",
    events: Sequence[EventRule] = (),
) -> Tunnel:
    return Tunnel(
        name=name,
        title=name,
        start=start or steps[0].name,
        steps={each.name: each for each in steps},
        stages={stage.name: stage for stage in stages},
        enter=tuple(enter),
        file=f"tunnels/{name}.yaml",
        events={rule.event: rule for rule in events},
    )


def definition(
    *tunnels: Tunnel,
    variables: Sequence[Variable] = (),
    objections: Sequence[Objection] = (),
    magnets: Sequence[Magnet] = (),
    queues: Mapping[str, Queue] | None = None,
    language: str = "ru",
    promos: Sequence[Promo] = (),
    products: Sequence[Product] = (),
    events: Sequence[EventKind] = (),
    quiet: Quiet | None = None,
    frequency: Frequency | None = None,
    zone: str = "Europe/Moscow",
) -> Definition:
    settings = Settings(
        company="Фасад",
        timezone=ZoneInfo(zone),
        language=language,  # type: ignore[arg-type]
        default=tunnels[0].name if tunnels else "",
        queues={"sales": Queue("sales", "Отдел продаж", OFFICE)} if queues is None else queues,
        variables={variable.name: variable for variable in variables},
        stop=("стоп", "отписаться", "stop"),
        human=("оператор", "менеджер", "человек"),
        back=("назад",),
        unknown=text("Не понял вас."),
        quiet=quiet,
        frequency=frequency,
    )
    return Definition(
        revision="0" * 16,
        directory="",
        settings=settings,
        tunnels={each.name: each for each in tunnels},
        objections={objection.name: objection for objection in objections},
        magnets={magnet.name: magnet for magnet in magnets},
        steps_by_key={step.key: step for each in tunnels for step in each.steps.values()},
        links={entry.link.casefold(): entry for each in tunnels for entry in each.enter if entry.link},
        promos={promo.name: promo for promo in promos},
        products={product.name: product for product in products},
        events={kind.name: kind for kind in events},
    )


def of_visit(player: Player) -> dict[str, float]:
    """The armed timers that belong to the present visit: reminders and the step's own pause."""
    return {timer: at for timer, at in player.timers.items() if kind_of(timer) in VISIT}
