"""Reads the settings from the environment and a `.env` file, and says every mistake at once.

SettingsError   the settings cannot be used; holds one `Problem` for each mistake
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream
from pydantic import SecretStr, ValidationError
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bots.bilingual import Language, Text
from bots.settings import MESSENGERS, PREFIX, VARIABLES, Settings, expects_of, variable

NEEDED = {"telegram": (), "vk": ("vk_group_id",), "whatsapp": ("whatsapp_phone_number_id",)}
"""What a channel needs besides its token."""
NEEDED_FOR_WEBHOOKS = {
    "telegram": ("telegram_secret",),
    "vk": ("vk_secret", "vk_confirmation"),
    "whatsapp": ("whatsapp_app_secret", "whatsapp_verify_token"),
}
"""What it needs besides where the messengers reach us (TUNNEL_PUBLIC_URL)."""

_UNREADABLE = Text("{file}:{line}: not of the form NAME=value", "{file}:{line}: это не запись вида ИМЯ=значение")
_NOT_TEXT = Text("{file}: not a UTF-8 text file that can be read", "{file}: не читается как текст в UTF-8")
_UNKNOWN = Text(
    "{name} ({place}): there is no such setting; did you mean {nearest}? `tunnel settings` lists them all",
    "{name} ({place}): такой настройки нет; может быть, {nearest}? Все настройки покажет `tunnel settings`",
)
_BAD_VALUE = Text("{name} ({place}){shown}: write {expected}", "{name} ({place}){shown}: нужно — {expected}")
_SERVICE_LINK = Text(
    " (this value comes from a Kubernetes service named `tunnel`: set enableServiceLinks: false)",
    " (это значение подставляет служба Kubernetes с именем `tunnel`: задайте enableServiceLinks: false)",
)
_MISSING = Text(
    "{name} is missing: besides {token}, {channel} needs it too",
    "Не задано {name}: кроме {token}, для {channel} нужно и оно",
)
_MISSING_FOR_WEBHOOKS = Text(
    "{name} is missing: {channel} needs it for webhooks, because TUNNEL_PUBLIC_URL is set",
    "Не задано {name}: для {channel} оно нужно вебхукам, раз задан TUNNEL_PUBLIC_URL",
)
_DESK_WITHOUT_BOT = Text(
    "TUNNEL_TELEGRAM_TOKEN is missing: TUNNEL_DESK_TELEGRAM_CHAT is a group in which the bot writes",
    "Не задано TUNNEL_TELEGRAM_TOKEN: в группе из TUNNEL_DESK_TELEGRAM_CHAT пишет бот",
)
_BAD_TELEGRAM_SECRET = Text(
    "TUNNEL_TELEGRAM_SECRET: Telegram takes 1 to 256 of A-Z a-z 0-9 _ - and nothing else",
    "TUNNEL_TELEGRAM_SECRET: Telegram принимает от 1 до 256 знаков A-Z a-z 0-9 _ - и никаких других",
)
_OFF = Text(
    "{names} set, but {token} is not: {channel} stays off", "{names} — задано, а {token} — нет: {channel} выключен"
)
TITLES = {
    "telegram": Text("Telegram", "Telegram"),
    "vk": Text("VK", "ВКонтакте"),
    "whatsapp": Text("WhatsApp", "WhatsApp"),
    "web": Text("web chat", "чат на сайте"),
}


class SettingsError(Exception):
    """The settings cannot be used. `problems`: one text a mistake; none holds a secret."""

    def __init__(self, problems: list[Text]) -> None:
        super().__init__("; ".join(problem.en for problem in problems))
        self.problems = problems

    def render(self, language: Language) -> str:
        """One line a mistake."""
        return "\n".join(problem(language) for problem in self.problems)


@dataclass(frozen=True, slots=True)
class _Found:
    """A value as written. `place`: "environment", or file and line."""

    name: str
    value: str
    place: Text


_ENVIRONMENT = Text("environment", "окружение")


def load_settings(environ: Mapping[str, str], env_file: Path | None = Path(".env")) -> Settings:
    """Build the settings: the environment first, then `env_file` (which need not exist), then the defaults.

    Empty values count as unset; `PORT` is taken where TUNNEL_PORT is unset. Raises SettingsError with every mistake.
    """
    problems: list[Text] = []
    written = {found.name: found for found in _from_file(env_file, problems) if _is_ours(found)}
    written |= {found.name: found for found in _from_environment(environ) if _is_ours(found)}
    if "PORT" in written:
        written.setdefault("TUNNEL_PORT", written.pop("PORT"))

    known = {VARIABLES[name]: found for name, found in written.items() if name in VARIABLES}
    problems += [_unknown(found) for name, found in written.items() if name not in VARIABLES and name != "PORT"]
    settings = None
    try:
        settings = Settings.model_validate({field: found.value for field, found in known.items()})
    except ValidationError as error:
        wrong = dict.fromkeys(str(detail["loc"][0]) for detail in error.errors(include_input=False))
        problems += [_bad_value(field, known[field]) for field in wrong]
    problems += _incomplete(frozenset(known))
    if settings is not None:
        problems += _unfit(settings)
        if not problems:
            return settings
    raise SettingsError(problems)


def warnings(settings: Settings) -> list[Text]:
    """What is odd, but no reason not to start: a channel's settings without its token."""
    found = []
    for channel in MESSENGERS:
        others = [f for f in (*NEEDED[channel], *NEEDED_FOR_WEBHOOKS[channel]) if getattr(settings, f)]
        if others and channel not in settings.channels_on:
            names = ", ".join(variable(field) for field in others)
            found.append(_OFF.filled(names=names, token=variable(f"{channel}_token"), channel=TITLES[channel]))
    return found


def _is_ours(found: _Found) -> bool:
    return bool(found.value.strip()) and (found.name.startswith(PREFIX) or found.name == "PORT")


def _from_environment(environ: Mapping[str, str]) -> Iterator[_Found]:
    for name, value in environ.items():
        yield _Found(name, value.strip(), _ENVIRONMENT)


def _from_file(path: Path | None, problems: list[Text]) -> Iterator[_Found]:
    if path is None or not path.exists():
        return
    try:
        # No `${…}` is filled in: a token may hold those signs.
        with path.open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError):
        problems.append(_NOT_TEXT.filled(file=path))
        return
    for binding in bindings:
        text = binding.original.string
        line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
        if binding.error:
            problems.append(_UNREADABLE.filled(file=path, line=line))
        elif binding.key is not None:
            place = f"{path}:{line}"
            yield _Found(binding.key, (binding.value or "").strip(), Text(place, place))


def _unknown(found: _Found) -> Text:
    nearest = process.extractOne(found.name, list(VARIABLES), scorer=OSA.distance)
    return _UNKNOWN.filled(name=found.name, place=found.place, nearest=nearest[0])


def _bad_value(field: str, found: _Found) -> Text:
    # Secrets are not repeated, and addresses may hold a password.
    secret = isinstance(Settings.model_fields[field].default, SecretStr) or field.endswith("_url")
    shown = "" if secret else f" = {found.value[:40]!r}"
    text = _BAD_VALUE.filled(name=found.name, place=found.place, shown=shown, expected=expects_of(field))
    return text + _SERVICE_LINK if found.value.startswith("tcp://") else text


def _incomplete(fields: frozenset[str]) -> Iterator[Text]:
    for channel in MESSENGERS:
        token = f"{channel}_token"
        if token not in fields:
            continue
        title = TITLES[channel]
        for field in NEEDED[channel]:
            if field not in fields:
                yield _MISSING.filled(name=variable(field), token=variable(token), channel=title)
        for field in NEEDED_FOR_WEBHOOKS[channel] if "public_url" in fields else ():
            if field not in fields:
                yield _MISSING_FOR_WEBHOOKS.filled(name=variable(field), channel=title)
    if "desk_telegram_chat" in fields and "telegram_token" not in fields:
        yield _DESK_WITHOUT_BOT


def _unfit(settings: Settings) -> Iterator[Text]:
    secret = settings.telegram_secret.get_secret_value()
    # Source: setWebhook, secret_token (Bot API). A server of one's own may take what it likes.
    if secret and settings.is_official("telegram") and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        yield _BAD_TELEGRAM_SECRET
