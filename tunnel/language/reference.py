"""The reference page of the content language, generated from the models and from content that a test loads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tunnel.language.event_kinds import BUILT_IN
from tunnel.language.expressions import OFFERED, RESERVED
from tunnel.language.fields import Keys
from tunnel.language.findings import Language, Report
from tunnel.language.read import read_yaml, validate
from tunnel.language.sandbox import FILTERS, TESTS
from tunnel.language.schema import FILES, FileKind, schema
from tunnel.language.scripts import GIVEN
from tunnel.language.source import Map, Source, walk

_LONGEST = 116

_TITLES = {
    "settings": ("Настройки: settings.yaml", "Settings: settings.yaml"),
    "tunnel": ("Воронка: tunnels/*.yaml", "A tunnel: tunnels/*.yaml"),
    "shared": (
        "Общее: objections.yaml, magnets.yaml, promos.yaml, products.yaml, templates.yaml, queues.yaml, events.yaml",
        "Shared: objections.yaml, magnets.yaml, promos.yaml, products.yaml, templates.yaml, queues.yaml, events.yaml",
    ),
    "script": ("Диалоги: scripts/*.yaml", "Dialogues: scripts/*.yaml"),
}
_INTRO = {
    "ru": (
        "# Все ключи языка",
        "Эта страница составлена из самих моделей, примеры — из содержания, которое загружают тесты.",
        "Текст — шаблон: `{{{{ имя }}}}` подставляет значение, `{{% if имя %}}…{{% endif %}}` показывает часть текста. "
        "Фильтры: {filters}. Проверки после `is`: {tests}. "
        'Выделение: `**жирно**`, `*курсив*`, `[текст](https://…)`. Сроки: `30m`, `1h`, `2d`. Время дня: `"21:00"`.',
    ),
    "en": (
        "# All keys of the language",
        "This page is made from the models themselves, its examples from content that the tests load.",
        "A text is a template: `{{{{ name }}}}` fills in a value, `{{% if name %}}…{{% endif %}}` shows a part of it. "
        "Filters: {filters}. Tests after `is`: {tests}. "
        'Emphasis: `**bold**`, `*italic*`, `[text](https://…)`. Durations: `30m`, `1h`, `2d`. Times of day: `"21:00"`.',
    ),
}
_NAMES: dict[str, tuple[str, str]] = {
    "name": (
        "имя клиента, каким его назвал мессенджер или исправил оператор",
        "the customer's name as the channel tells it, or as an operator corrected it",
    ),
    "company": ("название компании", "the company's name"),
    "channel": ("канал: `telegram`, `vk`, `whatsapp`, `web`", "the channel: `telegram`, `vk`, `whatsapp`, `web`"),
    "sex": ("`female`, `male` или пусто", "`female`, `male` or empty"),
    "tags": ('метки: `"vip" in tags`', 'tags: `"vip" in tags`'),
    "stage": ("этап в этой воронке", "the stage in this tunnel"),
    "now": (
        "время на часах клиента: `{{ now | date }}`, `now.hour`",
        "the customer's time: `{{ now | date }}`, `now.hour`",
    ),
    "event": ("что было в последнем событии: `event.total`", "what the last event carried: `event.total`"),
    "promo": (
        "выданный промокод: `promo.code`, `promo.discount`, `promo.until`",
        "the promo code handed out: `promo.code`, `promo.discount`, `promo.until`",
    ),
    "source": ("откуда пришёл: `source.utm_source`", "where the customer came from: `source.utm_source`"),
    "season": ("`winter`, `spring`, `summer`, `autumn`", "`winter`, `spring`, `summer`, `autumn`"),
    "weekday": ("день недели: `mon`…`sun`", "the day of the week: `mon`…`sun`"),
    "hour": ("час, 0–23", "the hour, 0–23"),
    "had": ('выданные подарки и промокоды: `"guide" in had`', 'gifts and promos handed out: `"guide" in had`'),
    "visited": (
        'пройденные шаги этой воронки: `"price" in visited`',
        'steps entered in this tunnel: `"price" in visited`',
    ),
    "stages": ("этапы во всех воронках: `stages.siding`", "the stages in all tunnels: `stages.siding`"),
    "products": ("товары: `{{ products.sill.price | money }}`", "products: `{{ products.sill.price | money }}`"),
    "product": (
        "товар этого шага: `product.title`, `price`, `link`, `text`, `tags`, `name`",
        "the product of this step: `product.title`, `price`, `link`, `text`, `tags`, `name`",
    ),
    "recommended": (
        "товар, который советуют после этого: `recommended.title` и прочее, как у `product`",
        "the product to recommend after it: `recommended.title` and the rest, as of `product`",
    ),
}
_NAMES_HEAD = {
    "ru": "## Имена, которые есть всегда\n\n"
    "Занимать их переменной нельзя; те, что отмечены звёздочкой, — можно: тогда имя значит переменную.",
    "en": "## Names that are always there\n\n"
    "No variable may take them; those with an asterisk may be taken: the name then means the variable.",
}
_EVENTS_HEAD = {
    "ru": "## События, известные без объявления\n\nЧто в них бывает; «…» — и любые другие поля.",
    "en": "## Events known without being declared\n\nWhat they carry; “…”: any other fields, too.",
}
_GIVEN_HEAD = {
    "ru": "### Что бывает в given\n\nПеременные из settings.yaml по имени, и ещё:",
    "en": "### What given may hold\n\nThe variables of settings.yaml by name, and:",
}
_GIVEN: dict[str, tuple[str, str]] = {
    "name": ("имя клиента", "the customer's name"),
    "sex": ("`female` или `male`", "`female` or `male`"),
    "tags": ("метки: `[vip]`", "tags: `[vip]`"),
    "source": ("откуда пришёл: `{utm_source: vk}`", "where the customer came from: `{utm_source: vk}`"),
    "split": ("ветки A/B: `{estimate: price}`", "arms of splits: `{estimate: price}`"),
    "stage": ("этап в основной воронке или `{siding: offer}`", "the stage in the default tunnel, or `{siding: offer}`"),
    "at": (
        "когда начинается: `sat 23:00`; без него — вторник, полдень",
        "when it begins: `sat 23:00`; else Tuesday noon",
    ),
    "promos": ("сколько кодов осталось: `{comeback: 0}`", "how many codes are left: `{comeback: 0}`"),
    "had": ("выданные подарки: `[guide]`", "gifts handed out: `[guide]`"),
    "desk": ("на месте ли операторы: `нет`", "whether operators can be reached: `no`"),
}
_REQUIRED = {"ru": "обязателен", "en": "required"}


def reference(directory: Path, language: Language) -> str:
    """The page in Markdown. `directory`: content that uses every key, for the examples.

    Raises KeyError for a key that it does not use.
    """
    examples = _examples(directory)
    models = schema(language=language)["$defs"]
    title, about, texts = _INTRO[language]
    listed = {"filters": _codes(FILTERS), "tests": _codes(TESTS)}
    lines = [title, "", about, "", texts.format(**listed), ""]
    shown: set[str] = set()
    for kind, model in FILES.items():
        lines += [f"## {_TITLES[kind][0 if language == 'ru' else 1]}", ""]
        lines += _sections(model.__name__, models, examples, language, shown)
    lines += [_GIVEN_HEAD[language], "", *_listed(_GIVEN, GIVEN, language), ""]
    lines += [_NAMES_HEAD[language], "", *_listed(_NAMES, RESERVED | OFFERED, language, OFFERED), ""]
    lines += [_EVENTS_HEAD[language], ""]
    for name, event in BUILT_IN.items():
        fields = ", ".join([*(f"`{field}` ({kind})" for field, kind in event.fields.items()), *["…"] * event.open])
        lines.append(f"- **`{name}`** — {event.ru if language == 'ru' else event.en}: {fields}")
    return "\n".join(lines).rstrip() + "\n"


def _listed(
    about: dict[str, tuple[str, str]], names: frozenset[str], language: Language, marked: frozenset[str] = frozenset()
) -> list[str]:
    """Each name and what it is. Raises KeyError for a name that nothing is said of, and a name that is none."""
    if extra := set(about) - names:
        raise KeyError(*extra)
    ordered = [*about, *sorted(names - set(about))]
    asterisk = "\\*"
    said = 0 if language == "ru" else 1
    return [f"- **`{name}`**{asterisk if name in marked else ''} — {about[name][said]}" for name in ordered]


def _codes(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _sections(
    name: str, models: dict[str, Any], examples: dict[str, str], language: Language, shown: set[str]
) -> Iterator[str]:
    """A model's keys, then those of the models that they hold, each once."""
    waiting = [name]
    while waiting:
        model = waiting.pop(0)
        if model in shown:
            continue
        shown.add(model)
        if model != name:
            yield f"### {_heading(model)}"
            yield ""
        yield models[model]["description"]
        yield ""
        required = models[model].get("required", [])
        for key, field in models[model]["properties"].items():
            yield from _entry(f"{model}.{key}", field, key in required, examples, language)
            waiting += _references(field)
        yield ""


def _heading(model: str) -> str:
    return model.removesuffix("Keys").lower()


def _entry(
    name: str, field: dict[str, Any], required: bool, examples: dict[str, str], language: Language
) -> Iterator[str]:  # fmt: skip
    note = f" ({_REQUIRED[language]})" if required else ""
    options = field.get("enum") or field.get("items", {}).get("enum")
    choice = f" {_one_of(options)}" if options else ""
    below = "".join(f" → [{_heading(model)}](#{_heading(model)})" for model in _references(field))
    yield f"- **`{name.partition('.')[2]}`**{note} — {field['description']}{choice}{below}"
    yield f"  `` {examples[name]} ``"


def _one_of(options: list[str]) -> str:
    return " · ".join(f"`{option}`" for option in options)


def _references(node: Any) -> list[str]:
    """The models that a field holds, in order."""
    if isinstance(node, list):
        return list(dict.fromkeys(name for one in node for name in _references(one)))
    if not isinstance(node, dict):
        return []
    own = [str(node["$ref"]).rsplit("/", 1)[-1]] if "$ref" in node else []
    inner = [name for key, one in node.items() if key not in ("$ref", "discriminator") for name in _references(one)]
    return list(dict.fromkeys(own + inner))


def _examples(directory: Path) -> dict[str, str]:
    """Model.key → the line that uses it first."""
    examples: dict[str, str] = {}
    for path in sorted(directory.rglob("*.yaml")):
        sources: dict[str, str] = {}
        name = path.relative_to(directory).as_posix()
        found = read_yaml(path.read_bytes(), name, Report(), sources)
        if found is None:
            continue
        validate(FILES[_kind(name)], found, Report())
        source = Source(name, sources[name])
        for node in walk(found):
            if isinstance(node, Map) and isinstance(node.model, type) and issubclass(node.model, Keys):
                for key in node:
                    examples.setdefault(f"{node.model.__name__}.{key}", _lines(source, key.at.line))
    return examples


def _kind(name: str) -> FileKind:
    folder = name.partition("/")[0]
    return {"settings.yaml": "settings", "tunnels": "tunnel", "scripts": "script"}.get(folder, "shared")  # type: ignore[return-value]


def _lines(source: Source, number: int) -> str:
    """The line, with the next one if it only opens something."""
    line = source.line(number).strip()
    if line.endswith((":", "&first")):
        line = f"{line} ⏎ {source.line(number + 1).strip()}"
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
