"""HTTP for shops: events from outside, and redeeming promo codes. Durable first, then 202."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from aiohttp import web

from bots.arrivals import EVENTS_MOST, ID_CHARS, NUMBER_MOST, Reader, Received, Rejected, rejected_there
from bots.bilingual import Language, Text
from bots.content import Content
from bots.event_schema import events_schema
from bots.metrics import EVENTS, REDEEMED
from bots.sources import SIGNATURE, TIMESTAMP, NotProved, Sources
from bots.webhook import RETRY_AFTER_S, TooLarge, read_body
from state import Arrival, Incoming, Redeemed, Store, Unavailable, plain_code
from tunnel.events import Trigger, encode_event

log = structlog.get_logger(__name__)

BODY_BYTES = 8 * 1024 * 1024
"""A thousand events of 2 KB, and what of larger payloads will be dropped."""
REDEEM_BYTES = 16 * 1024
CODE_CHARS = 100

_OFF = (
    Text("the API is off: no source has a token or a secret", "API выключен: ни у кого нет токена или секрета"),
    Text(
        "set TUNNEL_EVENTS_TOKENS=shop=<token> (or TUNNEL_EVENTS_SECRETS=shop=<secret>) and start the program again",
        "задайте TUNNEL_EVENTS_TOKENS=shop=<токен> (или TUNNEL_EVENTS_SECRETS=shop=<секрет>) и перезапустите программу",
    ),
)
_UNPROVED = {
    "missing": (
        Text("the request does not say who sends it", "в запросе не сказано, кто его прислал"),
        Text(
            f"send Authorization: Bearer <token>, or {SIGNATURE} and {TIMESTAMP}",
            f"пришлите Authorization: Bearer <токен> или {SIGNATURE} и {TIMESTAMP}",
        ),
    ),
    "token": (
        Text("the token is wrong", "токен неверен"),
        Text(
            "send Authorization: Bearer with a token of TUNNEL_EVENTS_TOKENS",
            "пришлите Authorization: Bearer с токеном из TUNNEL_EVENTS_TOKENS",
        ),
    ),
    "signature": (
        Text("the signature is wrong", "подпись неверна"),
        Text(
            f"{SIGNATURE}: sha256=<hex of HMAC-SHA256 over timestamp, a full stop, and the body as sent>",
            f"{SIGNATURE}: sha256=<HMAC-SHA256 в hex от времени, точки и тела запроса как есть>",
        ),
    ),
    "timestamp": (
        Text("the request's time is missing or too far from now", "времени запроса нет, или оно далеко от нынешнего"),
        Text(
            f"{TIMESTAMP}: Unix seconds, at most 5 minutes from now; sign each request anew",
            f"{TIMESTAMP}: секунды Unix, не дальше 5 минут от нынешних; подписывайте каждый запрос заново",
        ),
    ),
}
_TOO_LARGE = (
    Text("the request is too large", "запрос слишком велик"),
    Text(
        f"at most {EVENTS_MOST} events and {BODY_BYTES // 1024 // 1024} MiB a request: send several",
        f"не больше {EVENTS_MOST} событий и {BODY_BYTES // 1024 // 1024} МиБ на запрос: пришлите несколько",
    ),
)
_TOO_SLOW = (Text("the body came too slowly", "тело пришло слишком медленно"), Text("send it again", "пришлите снова"))
_NOT_JSON = (
    Text("the body is not JSON", "тело — не JSON"),
    Text("send JSON in UTF-8", "пришлите JSON в UTF-8"),
)
_NO_EVENTS = (
    Text("there are no events in the body", "в теле нет событий"),
    Text('send {"events": […]}, a list, or one event', 'пришлите {"events": […]}, список или одно событие'),
)
_AWAY = (
    Text("not durable at the moment; nothing is promised", "сейчас сохранить нельзя; ничего не обещано"),
    Text("send the same again in some seconds", "пришлите то же через несколько секунд"),
)
_BAD_REDEEM = {
    "": (
        Text("the body is no object", "тело — не объект"),
        Text('send {"code": …, "order": …, "total": …}', 'пришлите {"code": …, "order": …, "total": …}'),
    ),
    "code": (
        Text("the code is missing or no text", "кода нет, или это не текст"),
        Text("send the code as the customer wrote it", "пришлите код так, как его написал покупатель"),
    ),
    "order": (
        Text("the order is missing or no id", "заказа нет, или это не его номер"),
        Text("send your own number of the order", "пришлите свой номер заказа"),
    ),
    "total": (
        Text("the total is no number", "сумма — не число"),
        Text("write it without quotes: 1990.5, or leave it out", "напишите её без кавычек: 1990.5, или уберите"),
    ),
}
_UNKNOWN_CODE = (
    Text("there is no such code", "такого кода нет"),
    Text("let the customer look at the code again", "попросите покупателя проверить код"),
)
_OTHER_ORDER = (
    Text("the code was redeemed for another order", "код уже применён к другому заказу"),
    Text("a code is good for one order", "код действует на один заказ"),
)
_EXPIRED = (
    Text("the code has run out", "срок кода истёк"),
    Text("give the customer another", "выдайте покупателю другой"),
)


class Refusal(Exception):
    """A request is refused whole."""

    def __init__(self, status: int, result: str, told: tuple[Text, Text], field: str | None = None) -> None:
        super().__init__(result)
        self.status = status
        self.result = result
        self.told = told
        self.field = field


Handle = Callable[[str, bytes, Language], Awaitable[web.Response]]
"""(source, body, the sender's language) → the answer."""


class Api:
    """`/api/events` and `/api/promos`. accounts: those that are on, as `rows.account_key` names them."""

    def __init__(
        self, store: Store, content: Content, sources: Sources, accounts: Sequence[str], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._content = content
        self._sources = sources
        self._accounts = accounts
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """All of them; without a source each says what to set."""
        return [
            web.post("/api/events", self._post_events),
            web.get("/api/events/schema", self._get_schema, allow_head=False),
            web.post("/api/promos/redeem", self._post_redeem),
        ]

    async def _post_events(self, request: web.Request) -> web.Response:
        return await self._answer(request, BODY_BYTES, self._take)

    async def _get_schema(self, request: web.Request) -> web.Response:
        return await self._answer(request, REDEEM_BYTES, self._schema)

    async def _post_redeem(self, request: web.Request) -> web.Response:
        return await self._answer(request, REDEEM_BYTES, self._redeem)

    async def _answer(self, request: web.Request, limit_bytes: int, handle: Handle) -> web.Response:
        """Find out who asks, then handle it; a refusal says what is wrong and what to do."""
        language, source = _language(request), ""
        try:
            source, body = await self._prove(request, limit_bytes)
            return await handle(source, body, language)
        except Refusal as refusal:
            EVENTS.labels(source, refusal.result).inc()
            if refusal.status != 503:
                log.warning("request refused", source=source, result=refusal.result, status=refusal.status)
            return _refused(refusal, language)

    async def _prove(self, request: web.Request, limit_bytes: int) -> tuple[str, bytes]:
        if not self._sources:
            raise Refusal(403, "unproved", _OFF)
        try:
            source = self._sources.by_token(request.headers)
            if source is None and SIGNATURE not in request.headers:
                raise NotProved("missing")  # before the body: a stranger's is not worth reading
            body = await read_body(request, limit_bytes)
            return source or self._sources.by_signature(request.headers, body, self._clock()), body
        except NotProved as error:
            raise Refusal(401, "unproved", _UNPROVED[error.why]) from error
        except TooLarge as error:
            raise Refusal(413, "too_large", _TOO_LARGE) from error
        except TimeoutError as error:
            raise Refusal(408, "too_slow", _TOO_SLOW) from error

    # --- events

    async def _schema(self, source: str, body: bytes, language: Language) -> web.Response:
        schema = events_schema(self._content.definition)
        return web.json_response(body=msgspec.json.encode(schema))

    async def _take(self, source: str, body: bytes, language: Language) -> web.Response:
        events = _events_of(_decoded(body))
        reader = Reader(self._content.definition, self._accounts, source, self._clock())
        received: list[tuple[int, Received]] = []
        rejected: list[tuple[int, Rejected]] = []
        for index, raw in enumerate(events):
            try:
                received.append((index, reader.read(raw)))
            except Rejected as rejection:
                rejected.append((index, rejection))
        try:
            fates = await self._store.arrive([await self._arrival(each) for _, each in received])
        except Unavailable as error:
            raise Refusal(503, "unavailable", _AWAY) from error
        for (index, _), fate in zip(received, fates, strict=True):
            if (rejection_there := rejected_there(fate)) is not None:
                rejected.append((index, rejection_there))
        accepted, duplicates = fates.count("accepted"), fates.count("duplicate")
        for result, many in (("accepted", accepted), ("duplicate", duplicates), ("rejected", len(rejected))):
            EVENTS.labels(source, result).inc(many)
        told = {
            "accepted": accepted,
            "duplicates": duplicates,
            "rejected": [
                {
                    "index": index,
                    "id": _id_of(events[index]),
                    "field": each.field,
                    "error": each.error(language),
                    "remedy": each.remedy(language),
                }
                for index, each in sorted(rejected, key=lambda pair: pair[0])
            ],
        }
        return web.json_response(body=msgspec.json.encode(told), status=202 if accepted or duplicates else 422)

    async def _arrival(self, received: Received) -> Arrival:
        """Of several names of one person the first that is known counts; if none is, the event waits by the first."""
        identities = received.asked.identities
        if len(identities) > 1:
            for identity in identities:
                if await self._store.contact_of(identity) is not None:
                    return received.arrival(identity)
        return received.arrival()

    # --- promo codes

    async def _redeem(self, source: str, body: bytes, language: Language) -> web.Response:
        code, order, total = _redemption(_decoded(body))
        try:
            found = await self._store.redeem_promo(code, order, total)
            if found is not None and found.verdict == "ok" and not found.told:
                await self._tell(code, order, found, source)
        except Unavailable as error:
            raise Refusal(503, "unavailable", _AWAY) from error
        verdict = "unknown" if found is None else found.verdict
        REDEEMED.labels(verdict).inc()
        if found is None:
            raise Refusal(404, "unknown_code", _UNKNOWN_CODE, "code")
        if found.verdict == "other":
            raise Refusal(409, "other_order", _OTHER_ORDER, "order")
        if found.verdict == "expired":
            raise Refusal(410, "expired", _EXPIRED, "code")
        answer = {
            "promo": found.promo,
            "discount": found.discount,
            "contact": found.contact,
            "redeemed_at": datetime.fromtimestamp(found.redeemed_at, UTC).isoformat(timespec="seconds"),
        }
        return web.json_response(body=msgspec.json.encode(answer))

    async def _tell(self, code: str, order: str, found: Redeemed, source: str) -> None:
        """Put the redemption into its contact's inbox, once; a shop that got no answer asks again, and ends it here."""
        data: dict[str, str | float | bool | list[str]] = {"promo": found.promo, "code": code, "order": order}
        if found.total is not None:
            data["total"] = found.total
        now = self._clock()
        event = Trigger(id=f"promo:{code}", at=now, sent_at=now, name="promo.redeemed", data=data, origin=source)
        await self._store.accept([Incoming(found.contact, event.id, encode_event(event))])
        await self._store.promo_told(code)


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Refusal(400, "malformed", _NOT_JSON) from error


def _events_of(decoded: Any) -> list[Any]:
    events = decoded.get("events", [decoded]) if isinstance(decoded, dict) else decoded
    if not isinstance(events, list) or not events:
        raise Refusal(400, "malformed", _NO_EVENTS)
    if len(events) > EVENTS_MOST:
        raise Refusal(413, "too_large", _TOO_LARGE)
    return events


def _id_of(raw: Any) -> str | None:
    """The sender's own id, as far as there is one, to find the event again."""
    given = raw.get("id") if isinstance(raw, dict) else None
    return str(given)[:ID_CHARS] if isinstance(given, str | int) else None


def _redemption(decoded: Any) -> tuple[str, str, float | None]:
    if not isinstance(decoded, dict):
        raise Refusal(422, "invalid", _BAD_REDEEM[""], "")
    code, order, total = (decoded.get(name) for name in ("code", "order", "total"))
    if not isinstance(code, str) or not plain_code(code) or len(code) > CODE_CHARS:
        raise Refusal(422, "invalid", _BAD_REDEEM["code"], "code")
    if isinstance(order, int) and not isinstance(order, bool):
        order = str(order)
    if not isinstance(order, str) or not order.strip() or len(order) > ID_CHARS:
        raise Refusal(422, "invalid", _BAD_REDEEM["order"], "order")
    if total is not None and (isinstance(total, bool) or not isinstance(total, int | float)):
        raise Refusal(422, "invalid", _BAD_REDEEM["total"], "total")
    if total is not None and not 0 <= total <= NUMBER_MOST:
        raise Refusal(422, "invalid", _BAD_REDEEM["total"], "total")
    return plain_code(code), order.strip(), None if total is None else float(total)


def _language(request: web.Request) -> Language:
    return "ru" if request.headers.get("Accept-Language", "").strip().lower().startswith("ru") else "en"


def _refused(refusal: Refusal, language: Language) -> web.Response:
    error, remedy = refusal.told
    told = {"error": error(language), "remedy": remedy(language)}
    if refusal.field is not None:
        told = {"field": refusal.field, **told}
    response = web.json_response(body=msgspec.json.encode(told), status=refusal.status)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refusal.status == 503:
        response.headers["Retry-After"] = RETRY_AFTER_S
    if refusal.status in (408, 413):
        response.force_close()  # what is left of the body is not worth reading
    return response
