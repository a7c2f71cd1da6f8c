"""Every setting of the program in one table, with its type, default, unit and meaning.

`load_settings` (bots.environment) fills it from the environment and `.env`; `tunnel settings` and the reference page
print it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from bots.bilingual import Text
from channels.web.network import read_networks

PREFIX = "TUNNEL_"
MESSENGERS = ("telegram", "vk", "whatsapp")

OFFICIAL_HOSTS = {
    "telegram": ("api.telegram.org",),
    "vk": ("api.vk.ru", "api.vk.com"),
    "whatsapp": ("graph.facebook.com",),
}

DOCUMENTED_RATES = {"telegram": 30.0, "vk": 20.0, "whatsapp": 80.0}
"""Messages a second that an account may send, by the messengers' documentation (docs/reference/channels.md)."""


@dataclass(frozen=True, slots=True)
class About:
    """What a setting is for. `unset`: what an empty one means, where the default does not say it."""

    meaning: Text
    unit: Text
    unset: Text


@dataclass(frozen=True, slots=True)
class Expects:
    """What may be written, in the words of an error message: "… expected …"."""

    text: Text


def about(en: str, ru: str, *, unit: tuple[str, str] = ("", ""), unset: tuple[str, str] = ("", "")) -> About:
    """Describe a setting in both languages."""
    return About(Text(en, ru), Text(*unit), Text(*unset))


def expects(en: str, ru: str) -> Expects:
    """Say in both languages what may be written."""
    return Expects(Text(en, ru))


def _printable(secret: SecretStr) -> SecretStr:
    # Tokens go into headers and paths, where a space or a control character would change the request.
    if not re.fullmatch(r"[\x21-\x7e]*", secret.get_secret_value()):
        raise ValueError("not printable")
    return secret


NAMELESS = "api"
"""The source that a secret without a name belongs to."""


def named_secrets(written: SecretStr) -> tuple[tuple[str, str], ...]:
    """`shop=…,crm=…` → (name, secret) of each; a name may stand twice, so that a secret can be changed in peace.

    Raises ValueError for a secret that is empty, and for one without a name beside others.
    """
    text = written.get_secret_value()
    found = []
    for part in filter(None, text.split(",")):
        name, equals, secret = part.partition("=")
        nameless = not equals or not secret.strip("=")  # a token may end with the = of base64
        if nameless:
            name, secret = NAMELESS, part
        if (nameless and part != text) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,31}", name):
            raise ValueError("not names with their secrets")
        found.append((name, secret))
    return tuple(found)


def _named_secrets(written: SecretStr) -> SecretStr:
    named_secrets(written)
    return written


def _web_url(url: str) -> str:
    parts = urlsplit(url)
    if url and (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.username is not None
        or parts.query
        or parts.fragment
        or re.search(r"\s", url)
    ):
        raise ValueError("not a web address")
    _ = parts.port  # raises ValueError for one that is no number
    return url.rstrip("/")


def _networks(text: str) -> str:
    read_networks(text)
    return text


def _redis_url(url: str) -> str:
    parts = urlsplit(url)
    place = parts.path if parts.scheme == "unix" else parts.hostname
    if url and (parts.scheme not in ("redis", "rediss", "unix") or not place):
        raise ValueError("not a Redis address")
    return url


def _home_found(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # `~nobody/…`
        raise ValueError("no such home directory") from None


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Word = Annotated[str, Field(pattern=r"^\S*$"), expects("one word without spaces", "одно слово без пробелов")]
Folder = Annotated[Path, AfterValidator(_home_found), expects("a directory", "каталог")]
Port = Annotated[int, Field(ge=0, le=65535), expects("a number from 0 to 65535", "число от 0 до 65535")]
Parts = Annotated[int, Field(ge=1, le=1024), expects("a number from 1 to 1024", "число от 1 до 1024")]
Secret = Annotated[
    SecretStr,
    AfterValidator(_printable),
    expects("Latin letters, digits and signs without spaces", "латинские буквы, цифры и знаки без пробелов"),
]
Secrets = Annotated[
    SecretStr,
    AfterValidator(_printable),
    AfterValidator(_named_secrets),
    expects(
        "name=secret,name=secret, or one secret; Latin letters, digits and signs without spaces",
        "имя=секрет,имя=секрет или один секрет; латинские буквы, цифры и знаки без пробелов",
    ),
]
WebUrl = Annotated[
    str,
    AfterValidator(_web_url),
    expects("an address such as https://bot.example.com", "адрес вида https://bot.example.com"),
]
RedisUrl = Annotated[
    str,
    AfterValidator(_redis_url),
    expects("an address such as redis://localhost:6379/0", "адрес вида redis://localhost:6379/0"),
]
Proxies = Annotated[
    str,
    AfterValidator(_networks),
    expects(
        "addresses or networks such as 127.0.0.1,172.18.0.0/16", "адреса или сети, например 127.0.0.1,172.18.0.0/16"
    ),
]
Rate = Annotated[
    float | None,
    Field(ge=0, le=10_000, allow_inf_nan=False),
    expects("a number from 0 to 10000", "число от 0 до 10000"),
]
GroupNumber = Annotated[
    int, Field(ge=0), expects("the community's number, such as 123456789", "номер сообщества, например 123456789")
]
NumberId = Annotated[
    str,
    Field(pattern=r"^[\w-]*$"),
    expects("the id from the app's page, such as 106540352242922", "номер со страницы приложения, 106540352242922"),
]
ChatNumber = Annotated[
    int | None, expects("the group's number, such as -1001234567890", "номер группы, например -1001234567890")
]
Fsync = Annotated[
    Literal["always", "everysec"], BeforeValidator(_lower), expects("always or everysec", "always или everysec")
]
LogFormat = Annotated[
    Literal["console", "json"] | None, BeforeValidator(_lower), expects("console or json", "console или json")
]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"],
    BeforeValidator(_lower),
    expects("debug, info, warning or error", "debug, info, warning или error"),
]

PER_SECOND = ("messages/s", "сообщений/с")
RATE_UNSET = {
    channel: (f"{rate:g}; none at an API address of your own", f"{rate:g}; при своём адресе API без предела")
    for channel, rate in DOCUMENTED_RATES.items()
}


class Settings(BaseModel):
    """All settings; the name of each in the environment is `TUNNEL_` and the field's name in capitals.

    Build it with `bots.environment.load_settings`, which also checks what belongs together; tests build it directly.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    # A table: three or four lines a setting, not twelve.
    # fmt: off
    content: Annotated[Folder, about(
        "Directory of the content: tunnels, objections, magnets, files",
        "Каталог с содержанием: воронки, возражения, магниты, файлы")] = Path("content")
    data: Annotated[Folder, about(
        "Directory for what the program keeps: the embedded Redis, files that customers sent",
        "Каталог для данных программы: встроенный Redis, присланные файлы")] = Path("data")
    redis_url: Annotated[RedisUrl, Field(repr=False), about(
        "Where Redis is", "Где находится Redis",
        unset=("a server of our own under TUNNEL_DATA", "свой сервер в каталоге TUNNEL_DATA"))] = ""
    redis_fsync: Annotated[Fsync, about(
        "How often the embedded Redis writes to disk; everysec is faster and may lose the last second",
        "Как часто встроенный Redis пишет на диск; everysec быстрее, но может потерять последнюю секунду")] = "always"
    database_url: Annotated[Word, Field(repr=False), about(
        "Where the records are: postgresql://… or sqlite:///path",
        "Где хранятся записи: postgresql://… или sqlite:///путь",
        unset=("SQLite under TUNNEL_DATA", "SQLite в каталоге TUNNEL_DATA"))] = ""
    partitions: Annotated[Parts, about(
        "Parts that contacts are spread over; never change it once there are contacts",
        "На сколько частей делятся контакты; не меняйте, когда контакты уже есть")] = 1

    host: Annotated[Word, about(
        "Address to listen on; 0.0.0.0 is every network, as a container needs",
        "На каком адресе слушать; 0.0.0.0 — на всех, как нужно в контейнере")] = "127.0.0.1"
    port: Annotated[Port, about(
        "Port to listen on; where this is unset, PORT is honoured; 0 takes a free one",
        "На каком порту слушать; если не задан, берётся PORT; 0 — любой свободный")] = 8080
    public_url: Annotated[WebUrl, about(
        "Where the messengers reach us (HTTPS); the webhooks lie under it",
        "По какому адресу (HTTPS) до нас доходят мессенджеры; под ним лежат вебхуки",
        unset=("Telegram and VK are polled", "Telegram и ВКонтакте опрашиваются"))] = ""
    proxies: Annotated[Proxies, about(
        "Reverse proxies whose X-Forwarded-For is believed: by it attempts to log in and the chat's posts are counted",
        "Обратные прокси, чьему X-Forwarded-For верить: по нему считаются попытки входа и сообщения чата",
        unset=("this machine and private networks", "эта машина и частные сети"))] = ""

    telegram_token: Annotated[Secret, about(
        "Token from @BotFather", "Токен от @BotFather",
        unset=("Telegram is off", "Telegram выключен"))] = SecretStr("")
    telegram_secret: Annotated[Secret, about(
        "Secret of the webhook, of your own making: 1-256 of A-Z a-z 0-9 _ -",
        "Секрет вебхука, придумайте сами: от 1 до 256 знаков A-Z a-z 0-9 _ -")] = SecretStr("")
    telegram_api_url: Annotated[WebUrl, about(
        "Bot API server", "Сервер Bot API")] = "https://api.telegram.org"
    telegram_rate: Annotated[Rate, about(
        "Speed limit of the bot; 0 is none", "Предел скорости бота; 0 — без предела",
        unit=PER_SECOND, unset=RATE_UNSET["telegram"])] = None

    vk_token: Annotated[Secret, about(
        "Access token of the community", "Ключ доступа сообщества",
        unset=("VK is off", "ВКонтакте выключен"))] = SecretStr("")
    vk_group_id: Annotated[GroupNumber, about(
        "Number of the community", "Номер сообщества", unset=("none", "нет"))] = 0
    vk_secret: Annotated[Secret, about(
        "Secret key of the Callback API server", "Секретный ключ сервера Callback API")] = SecretStr("")
    vk_confirmation: Annotated[Word, about(
        "String that the Callback API server must return",
        "Строка, которую должен вернуть сервер Callback API")] = ""
    vk_api_url: Annotated[WebUrl, about(
        "API server; methods are called under /method/", "Сервер API; методы вызываются под /method/")
        ] = "https://api.vk.ru"
    vk_rate: Annotated[Rate, about(
        "Speed limit of the community; 0 is none", "Предел скорости сообщества; 0 — без предела",
        unit=PER_SECOND, unset=RATE_UNSET["vk"])] = None

    whatsapp_token: Annotated[Secret, about(
        "Permanent token of the system user", "Постоянный токен системного пользователя",
        unset=("WhatsApp is off", "WhatsApp выключен"))] = SecretStr("")
    whatsapp_phone_number_id: Annotated[NumberId, about(
        "Id of the phone number (not the number itself)", "Идентификатор номера телефона (не сам номер)")] = ""
    whatsapp_app_secret: Annotated[Secret, about(
        "Secret of the app, which signs the webhooks",
        "Секрет приложения, которым подписаны вебхуки")] = SecretStr("")
    whatsapp_verify_token: Annotated[Secret, about(
        "Any word of your own: type the same into the app's webhook page",
        "Любое своё слово: его же впишите на странице вебхука приложения")] = SecretStr("")
    whatsapp_api_url: Annotated[WebUrl, about(
        "Graph API server, with its version", "Сервер Graph API вместе с версией")
        ] = "https://graph.facebook.com/v23.0"
    whatsapp_rate: Annotated[Rate, about(
        "Speed limit of the number; 0 is none", "Предел скорости номера; 0 — без предела",
        unit=PER_SECOND, unset=RATE_UNSET["whatsapp"])] = None

    events_tokens: Annotated[Secrets, about(
        "Bearer tokens of those who may send events and redeem promo codes: shop=…,crm=…, or one without a name",
        "Токены (Bearer) тех, кто присылает события и гасит промокоды: shop=…,crm=… или один без имени",
        unset=("none", "нет"))] = SecretStr("")
    events_secrets: Annotated[Secrets, about(
        "Secrets with which they sign their requests instead: crm=…, or one without a name",
        "Секреты, которыми они вместо этого подписывают запросы: crm=… или один без имени",
        unset=("none", "нет"))] = SecretStr("")
    desk_telegram_chat: Annotated[ChatNumber, about(
        "Telegram group with topics, where the operators answer", "Группа Telegram с темами, где отвечают операторы",
        unset=("no operators", "операторов нет"))] = None
    metrics_token: Annotated[Secret, about(
        "Bearer token that opens /metrics", "Токен (Bearer), открывающий /metrics",
        unset=("/metrics answers this machine alone", "/metrics отвечает только этой машине"))] = SecretStr("")
    log_format: Annotated[LogFormat, about(
        "How log lines look: console or json", "Вид журнала: console или json",
        unset=("console on a terminal, else json", "console в терминале, иначе json"))] = None
    log_level: Annotated[LogLevel, about(
        "How much is logged: debug, info, warning or error; debug also shows tracebacks",
        "Подробность журнала: debug, info, warning или error; debug показывает и трассировки")] = "info"
    # fmt: on

    @property
    def channels_on(self) -> tuple[str, ...]:
        """Names of the channels that are on; the web chat always is."""
        return (*(name for name in MESSENGERS if getattr(self, f"{name}_token")), "web")

    @property
    def polls(self) -> bool:
        """Whether Telegram and VK are polled: there is no address at which they could reach us."""
        return not self.public_url

    def is_official(self, messenger: str) -> bool:
        """Whether the messenger's API address is the messenger's own server."""
        return urlsplit(getattr(self, f"{messenger}_api_url")).hostname in OFFICIAL_HOSTS[messenger]

    def rate_per_s(self, messenger: str) -> float:
        """Messages a second that the account may send; 0 is no limit."""
        rate: float | None = getattr(self, f"{messenger}_rate")
        if rate is not None:
            return rate
        return DOCUMENTED_RATES[messenger] if self.is_official(messenger) else 0.0

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value that is set, passwords within addresses included: what no log line may hold."""
        values = (getattr(self, name) for name in type(self).model_fields)
        secrets = [value.get_secret_value() for value in values if isinstance(value, SecretStr) and value]
        secrets += [secret for each in (self.events_tokens, self.events_secrets) for _, secret in named_secrets(each)]
        passwords = (urlsplit(url).password for url in (self.redis_url, self.database_url))
        return (*secrets, *(password for password in passwords if password))


def variable(field: str) -> str:
    """Return the name that a field of `Settings` has in the environment."""
    return PREFIX + field.upper()


def about_of(field: str) -> About:
    """Return what a field is for."""
    return next(note for note in Settings.model_fields[field].metadata if isinstance(note, About))


def expects_of(field: str) -> Text:
    """Return what may be written into a field."""
    return next(note.text for note in Settings.model_fields[field].metadata if isinstance(note, Expects))


VARIABLES = {variable(field): field for field in Settings.model_fields}
"""Name in the environment → field."""
