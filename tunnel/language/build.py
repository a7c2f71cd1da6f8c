"""Settings and shared things: models → definition."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from hashlib import blake2b
from zoneinfo import ZoneInfo, available_timezones

from babel.numbers import list_currencies

from tunnel.base36 import DIGITS
from tunnel.language.definition import (
    Answer,
    Approved,
    Branch,
    Choice,
    Frequency,
    Handoff,
    Hours,
    Magnet,
    MediaFile,
    Objection,
    Product,
    Promo,
    Queue,
    Quiet,
    Settings,
    Target,
    Variable,
    VariableType,
)
from tunnel.language.expressions import RESERVED
from tunnel.language.fields import NOWHERE, Keys, to_number
from tunnel.language.findings import Language, Report, nearest
from tunnel.language.formats import formats
from tunnel.language.models import (
    AnswerKeys,
    ChoiceKeys,
    HandoffKeys,
    HoursKeys,
    MagnetKeys,
    MediaKeys,
    NextKeys,
    ObjectionKeys,
    ProductKeys,
    PromoKeys,
    QueueKeys,
    QuietKeys,
    SettingsKeys,
    TemplateKeys,
    VariableKeys,
)
from tunnel.language.scope import Scope
from tunnel.language.source import Place, Text

EVERY_DAY = frozenset(range(7))
_DEFAULT_WORDS = {
    "ru": {"stop": ("стоп", "отписаться", "stop"), "human": ("оператор", "менеджер", "человек"), "back": ("назад",)},
    "en": {"stop": ("stop", "unsubscribe"), "human": ("operator", "manager", "human"), "back": ("back",)},
}
_DEFAULT_UNKNOWN = {
    "ru": "Не понял вас. Выберите вариант или напишите его номер.",
    "en": "Sorry, I did not get that. Please choose an option or type its number.",
}
_KINDS: Mapping[str, VariableType] = {
    "text": "text", "number": "number", "phone": "phone", "email": "email", "date": "date", "flag": "flag",
}  # fmt: skip


def short_key(text: str, taken: Container[str] = frozenset()) -> str:
    """6 letters and digits derived from `text`, the same in every run; another one if it is taken already."""
    salt = 0
    while True:
        number = int.from_bytes(blake2b(f"{salt or ''}{text}".encode(), digest_size=8).digest())
        key = "".join(DIGITS[number // 36**place % 36] for place in range(6))
        if key not in taken:
            return key
        salt += 1


def build_hours(keys: HoursKeys | None) -> Hours | None:
    if keys is None:
        return None
    return Hours(keys.from_, keys.to, frozenset(keys.days) if keys.days is not None else EVERY_DAY)


def build_days(days: Sequence[int] | None) -> frozenset[int] | None:
    """`days:` of a reminder; None: any."""
    return frozenset(days) if days is not None else None


def build_queues(keys: Mapping[Text, QueueKeys]) -> dict[str, Queue]:
    return {str(name): Queue(str(name), str(one.title or name), build_hours(one.hours)) for name, one in keys.items()}


def build_variables(keys: Mapping[Text, VariableKeys], report: Report) -> dict[str, Variable]:
    """The settings' variables; one that takes a reserved name is reported and left out."""
    variables: dict[str, Variable] = {}
    for name, one in keys.items():
        if name in RESERVED:
            report.add("reserved-name", name.at, name=name)
        elif not name.isidentifier():
            report.add("variable-name", name.at, name=name)
        else:
            kind = _KINDS[one.type or "text"]
            title, unit = str(one.title or name), str(one.unit or "")
            variables[str(name)] = Variable(str(name), title, kind, unit=unit, personal=one.personal)
    return variables


def timezone_of(keys: SettingsKeys, report: Report) -> ZoneInfo:
    """The company's timezone; UTC stands in for one that does not exist."""
    if keys.timezone is None:
        return ZoneInfo("UTC")
    known = available_timezones()
    if keys.timezone in known:
        return ZoneInfo(keys.timezone)
    report.add("unknown-timezone", keys.timezone.at, name=keys.timezone, near=nearest(keys.timezone, known))
    return ZoneInfo("UTC")


def currency_of(keys: SettingsKeys, language: Language, report: Report) -> str:
    """The currency of sums; the language's own stands in for one that does not exist."""
    usual = "RUB" if language == "ru" else "USD"
    if keys.currency is None:
        return usual
    if keys.currency in list_currencies():
        return str(keys.currency)
    report.add("unknown-currency", keys.currency.at, name=keys.currency)
    return usual


def build_settings(keys: SettingsKeys, scope: Scope, queues: Mapping[str, Queue], tunnels: Sequence[str]) -> Settings:
    """The settings, with what they leave out filled in."""
    language: Language = "en" if keys.language == "en" else "ru"
    usual = _DEFAULT_WORDS[language]

    def words(name: str) -> tuple[str, ...]:
        written = getattr(keys.words, name) if keys.words is not None else None
        return tuple(map(str, written)) if written is not None else usual[name]

    unknown = keys.unknown or Text.make(_DEFAULT_UNKNOWN[language], NOWHERE)
    return Settings(
        company=str(keys.company or ""),
        timezone=timezone_of(keys, scope.report),
        language=language,
        default=_default_tunnel(keys, scope, tunnels),
        queues=queues,
        variables=scope.variables,
        stop=words("stop"),
        human=words("human"),
        back=words("back"),
        unknown=scope.said(unknown),
        quiet=_quiet(keys.quiet),
        frequency=Frequency(keys.frequency.messages, keys.frequency.per) if keys.frequency is not None else None,
        currency=scope.currency,
    )


def _quiet(keys: QuietKeys | None) -> Quiet | None:
    return Quiet(keys.from_, keys.to, frozenset(keys.days or ())) if keys is not None else None


def _default_tunnel(keys: SettingsKeys, scope: Scope, tunnels: Sequence[str]) -> str:
    if keys.default is not None:
        scope.known("unknown-tunnel", keys.default, tunnels)
        return str(keys.default)
    if len(tunnels) > 1:
        scope.report.add("default-chosen", Place("settings.yaml"), name=min(tunnels))
    return min(tunnels, default="")


def build_handoff(
    field: Text | HandoffKeys | None, scope: Scope, tunnel: str, *, resume: bool = False
) -> Handoff | None:
    """`handoff: sales` or its long form."""
    if field is None:
        return None
    if isinstance(field, Text):
        return Handoff(str(field)) if scope.known("unknown-queue", field, scope.queues) else None
    found = scope.known("unknown-queue", field.queue, scope.queues)
    note, say = scope.text(field.note, plain=True), scope.text(field.say)
    otherwise = scope.target(field.else_, tunnel, resume=resume)
    return Handoff(str(field.queue), note, say, otherwise) if found else None


_DOES = ("to", "link", "objection", "handoff")


def build_choices(
    fields: Sequence[ChoiceKeys] | None, scope: Scope, tunnel: str, *, resume: bool = False
) -> tuple[Choice, ...]:
    """The choices; labels that say the same are reported."""
    choices: list[Choice] = []
    labels: dict[str, Text] = {}
    taken: set[str] = set()
    for field in fields or ():
        choice = _build_choice(field, scope, tunnel, short_key(field.label, taken), resume=resume)
        folded = " ".join(field.label.casefold().replace("ё", "е").split())
        if folded in labels:
            scope.report.add("same-label", field.label.at, label=field.label, line=labels[folded].at.line)
        labels.setdefault(folded, field.label)
        taken.add(choice.key)
        choices.append(choice)
    return tuple(choices)


def _build_choice(field: ChoiceKeys, scope: Scope, tunnel: str, key: str, *, resume: bool) -> Choice:
    written = [name for name in _DOES if field.has(name)]
    if not written and not field.damaged:
        scope.report.add("choice-does-nothing", field.label.at, label=field.label)
    elif len(written) > 1:
        scope.report.add(
            "choice-does-too-much", field.key_place(written[1]), label=field.label, keys=", ".join(written)
        )
    if field.objection is not None:
        scope.known("unknown-objection", field.objection, scope.objections)
    label = scope.text(field.label, plain=True)
    choice = Choice(
        label=label if label is not None else scope.said(Text.make("?", field.label.at)),
        key=key,
        to=scope.target(field.to, tunnel, resume=resume),
        set=scope.settings_of(field.set),
        when=scope.condition(field.when),
        link=str(field.link or ""),
        objection=str(field.objection or ""),
        handoff=build_handoff(field.handoff, scope, tunnel, resume=resume),
    )
    result: Choice = scope.marks.put(choice, field.label.at)
    return result


def build_media(fields: Sequence[MediaKeys] | None, scope: Scope) -> tuple[MediaFile, ...]:
    """Files to show."""
    built: list[MediaFile] = []
    for field in fields or ():
        written = [
            (kind, path)
            for kind, path in (
                ("image", field.image), ("video", field.video), ("audio", field.audio), ("document", field.document),
                ("document", field.file),
            )
            if path is not None
        ]  # fmt: skip
        if len(written) != 1:
            if not field.damaged:
                scope.report.add("media-one-kind", field.at)
            continue
        kind, path = written[0]
        file = MediaFile(kind, str(path), str(field.name or ""))  # type: ignore[arg-type]
        built.append(scope.marks.put(file, path.at))
    return tuple(built)


def build_magnets(keys: Mapping[Text, MagnetKeys], scope: Scope) -> dict[str, Magnet]:
    magnets: dict[str, Magnet] = {}
    for name, field in keys.items():
        if field.has("file") == field.has("link") and not field.damaged:
            scope.report.add("magnet-one-gift", name.at, name=name)
        file = None
        if field.file is not None:
            file = scope.marks.put(MediaFile("document", str(field.file)), field.file.at)
        magnet = Magnet(str(name), str(field.title or name), scope.text(field.say), file, str(field.link or ""))
        magnets[str(name)] = scope.marks.put(magnet, name.at)
    return magnets


def build_templates(keys: Mapping[Text, TemplateKeys], scope: Scope) -> dict[str, Approved]:
    """What WhatsApp has approved. A hole takes plain text."""
    templates: dict[str, Approved] = {}
    for name, field in keys.items():
        params = tuple(filter(None, (scope.text(param, plain=True) for param in field.params or ())))
        approved = Approved(str(field.name).strip(), str(field.language).strip(), params, field.buttons)
        templates[str(name)] = scope.marks.put(approved, name.at)
    return templates


def build_promos(keys: Mapping[Text, PromoKeys], scope: Scope) -> dict[str, Promo]:
    promos: dict[str, Promo] = {}
    for name, field in keys.items():
        discount = str(field.discount)
        if not discount.endswith("%"):
            discount = formats(scope.language, scope.currency).money(to_number(discount))
        promo = Promo(str(name), str(field.code).strip(), discount, field.valid, field.limit)
        promos[str(name)] = scope.marks.put(promo, name.at)
    return promos


def build_products(keys: Mapping[Text, ProductKeys], scope: Scope) -> dict[str, Product]:
    products: dict[str, Product] = {}
    for name, field in keys.items():
        image = scope.marks.put(MediaFile("image", str(field.image)), field.image.at) if field.image else None
        product = Product(
            name=str(name),
            title=str(field.title or name),
            price=field.price,
            link=str(field.link or ""),
            text=str(field.text or ""),
            image=image,
            tags=tuple(map(str, field.tags or ())),
            next=_next_products(field, scope),
        )
        products[str(name)] = scope.marks.put(product, name.at)
    return products


def _next_products(field: ProductKeys, scope: Scope) -> tuple[Branch, ...]:
    written = field.next
    ways = [written] if isinstance(written, Text | Keys) else written or ()
    branches: list[Branch] = []
    for way in ways:
        name, when = (way.to, way.when) if isinstance(way, NextKeys) else (way, None)
        condition = scope.condition(when)
        if scope.known("unknown-product", name, scope.products):
            branches.append(scope.marks.put(Branch(Target("", str(name)), condition), name.at))
    return tuple(branches)


def build_objections(keys: Mapping[Text, ObjectionKeys], scope: Scope) -> dict[str, Objection]:
    objections: dict[str, Objection] = {}
    for name, field in keys.items():
        if not field.answers and not field.damaged:
            scope.report.add("objection-without-answer", name.at, name=name)
        answers = tuple(_build_answer(answer, scope) for answer in field.answers)
        phrases = tuple(map(str, field.phrases))
        objection = Objection(str(name), str(field.title or name), phrases, answers)
        objections[str(name)] = scope.marks.put(objection, name.at)
    return objections


def _build_answer(field: AnswerKeys, scope: Scope) -> Answer:
    answer = Answer(
        say=scope.said(field.say),
        choices=build_choices(field.choices, scope, "", resume=True),
        handoff=build_handoff(field.handoff, scope, "", resume=True),
        to=scope.target(field.to, "", resume=True),
        media=build_media(field.media, scope),
    )
    result: Answer = scope.marks.put(answer, field.say.at)
    return result
