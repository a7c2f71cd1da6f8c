"""What a shop's program gets for each kind of request, and what lies in the inboxes after it."""

from __future__ import annotations

import hmac
import io
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bots.api import Api
from bots.arrivals import EVENTS_MOST, PAYLOAD_BYTES, Reader, Rejected
from bots.content import Content
from bots.event_schema import openapi, schema_of
from bots.settings import Settings
from bots.sources import Sources
from state import Incoming, Store, Unavailable, identity_of
from tests.bots.conftest import Clock
from tests.bots.stage import NOW, address, contact, content
from tests.state.conftest import handled
from tunnel.events import Address, Trigger, contact_id, decode_event
from tunnel.language.definition import Definition, EventKind

Client = TestClient[web.Request, web.Application]
TOKEN = {"Authorization": "Bearer shop-token"}
OWN = EventKind(
    "visit.booked",
    "Визит",
    {"when": "date", "price": "number", "vip": "flag", "rooms": "list", "note": "text"},
    used=frozenset({"note"}),
)


@pytest.fixture(scope="module")
def definition() -> Definition:
    loaded = content().definition
    kinds = {OWN.name: OWN, "anything": EventKind("anything", "Что угодно", {}, open=True)}
    return replace(loaded, events={**loaded.events, **kinds})


@pytest.fixture
async def client(store: Store, clock: Clock, definition: Definition) -> AsyncIterator[Client]:
    tokens = SecretStr("shop=shop-token,shop=shop-next,crm=crm-token")
    sources = Sources(Settings(events_tokens=tokens, events_secrets=SecretStr("crm=crm-secret")))
    async with served(store, clock, definition, sources) as client:
        yield client


def served(store: Store, clock: Clock, definition: Definition, sources: Sources) -> Client:
    app = web.Application()
    app.add_routes(Api(store, Content(definition), sources, ["telegram:1", "web:site"], clock).routes())
    return TestClient(TestServer(app))


def event(event_id: Any = "1", name: str = "anything", **more: Any) -> dict[str, Any]:
    return {"id": event_id, "name": name, "contact": {"phone": "+79160000001"}, **more}


async def post(client: Client, body: Any, **headers: str) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with client.post("/api/events", data=data, headers={**TOKEN, **headers}) as answer:
        return answer.status, await answer.json()


async def inboxes(store: Store) -> dict[str, list[Trigger]]:
    claims = await store.claim("w", 1000)
    await store.commit([handled(claim) for claim in claims])
    return {claim.contact: [decode_event(blob) for blob in claim.events] for claim in claims}  # type: ignore[misc]


# --- who may


async def test_without_a_source_the_remedy_says_what_to_set(store: Store, clock: Clock, definition: Definition) -> None:
    async with served(store, clock, definition, Sources(Settings())) as client:
        for path in ("/api/events", "/api/promos/redeem"):
            async with client.post(path, json=event()) as answer:
                assert answer.status == 403
                assert "TUNNEL_EVENTS_TOKENS" in (await answer.json())["remedy"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic shop-token"},
        {"Authorization": "shop-token"},
        {"Authorization": "Bearer токен"},
        {"Authorization": "Bearer crm-secret"},
    ],
)
async def test_a_wrong_token_is_refused(client: Client, store: Store, headers: Mapping[str, str]) -> None:
    raw = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    async with client.post("/api/events", json=[event()], headers=raw) as answer:
        assert answer.status == 401
        assert "remedy" in await answer.json()
    async with client.get("/api/events/schema", headers=raw) as answer:
        assert answer.status == 401


async def test_every_token_names_its_source(client: Client, store: Store) -> None:
    for number, token in enumerate(("shop-token", "shop-next", "crm-token")):
        one = event(number, contact={"address": {"channel": "telegram", "user": 7}})
        assert (await post(client, one, Authorization=f"bearer {token}"))[0] == 202
    (found,) = (await inboxes(store)).values()
    assert [one.origin for one in found] == ["shop", "shop", "crm"]


def signed(body: bytes, at: float = NOW, secret: str = "crm-secret") -> dict[str, str]:
    signature = hmac.digest(secret.encode(), f"{int(at)}.".encode() + body, "sha256").hex()
    return {"X-Tunnel-Timestamp": str(int(at)), "X-Tunnel-Signature": f"sha256={signature}"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (signed(b"[]"), 400),  # the signature is right; there are no events in it
        (signed(b"[]", NOW - 299), 400),
        (signed(b"[]", NOW + 299), 400),
        (signed(b"[]", NOW - 301), 401),
        (signed(b"[]", NOW + 301), 401),
        (signed(b"[] "), 401),
        (signed(b"[]", secret="shop-token"), 401),
        ({"X-Tunnel-Signature": signed(b"[]")["X-Tunnel-Signature"]}, 401),
        ({**signed(b"[]"), "X-Tunnel-Timestamp": "now"}, 401),
        ({**signed(b"[]"), "X-Tunnel-Timestamp": str(int(NOW) + 1)}, 401),
        ({**signed(b"[]"), "X-Tunnel-Signature": "sha256="}, 401),
    ],
)
async def test_signatures(client: Client, headers: Mapping[str, str], status: int) -> None:
    async with client.post("/api/events", data=b"[]", headers=headers) as answer:
        assert answer.status == status


async def test_a_signed_request_is_its_sources(client: Client, store: Store) -> None:
    body = json.dumps([event(contact={"address": {"channel": "web", "user": "v1"}})]).encode()
    async with client.post("/api/events", data=body, headers=signed(body)) as answer:
        assert answer.status == 202
    ((one,),) = (await inboxes(store)).values()
    assert (one.origin, one.id) == ("crm", "event:crm:1")


# --- the batch


async def test_what_is_good_goes_through_and_what_is_not_says_why(client: Client, store: Store) -> None:
    here = {"address": {"channel": "telegram", "external_id": "7"}}
    status, told = await post(
        client,
        {
            "events": [
                event("a", contact=here, data={"n": 1}),
                event("b", "anythin"),
                event("c", "visit.booked", data={"price": "дорого"}),
                event("d", contact={"id": "0" * 24}),
                event("a", contact=here),
                event("e", contact=here, data={"n": 2}),
            ]
        },
    )
    assert status == 202
    assert (told["accepted"], told["duplicates"]) == (2, 1)
    assert [(one["index"], one["id"], one["field"]) for one in told["rejected"]] == [
        (1, "b", "name"),
        (2, "c", "data.price"),
        (3, "d", "contact.id"),
    ]
    assert "anything" in told["rejected"][0]["remedy"]
    assert all(one["error"] and one["remedy"] for one in told["rejected"])
    assert [one.data for one in (await inboxes(store))[contact()]] == [{"n": 1.0}, {"n": 2.0}]


async def test_russian_senders_read_russian(client: Client) -> None:
    _, told = await post(client, [event(name="nothing")], **{"Accept-Language": "ru-RU,ru;q=0.9"})
    assert "события 'nothing' нет" in told["rejected"][0]["error"]


async def test_a_batch_of_which_nothing_is_taken(client: Client, store: Store) -> None:
    status, told = await post(client, [event("a", "nothing"), 5, {}])
    assert status == 422
    assert [one["index"] for one in told["rejected"]] == [0, 1, 2]
    assert (await post(client, event("a")))[0] == 202  # a rejected id is not used up
    status, told = await post(client, event("a"))
    assert (status, told) == (202, {"accepted": 0, "duplicates": 1, "rejected": []})


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b'"x"', b"[]", b'{"events": 5}', b"[" * 100_000, b"[1e999]"])
async def test_a_body_that_is_none(client: Client, body: bytes) -> None:
    status, told = await post(client, body)
    assert status == 400
    assert told["remedy"]


async def test_the_limits_of_a_batch(client: Client, store: Store) -> None:
    here = {"address": {"channel": "telegram", "user": "7"}}
    events = [event(number, contact=here) for number in range(EVENTS_MOST)]
    assert await post(client, events) == (202, {"accepted": EVENTS_MOST, "duplicates": 0, "rejected": []})
    assert (await post(client, [*events, event("more")]))[0] == 413
    too_much = io.BytesIO(b" " * (8 * 1024 * 1024 + 1))
    async with client.post("/api/events", data=too_much, headers=TOKEN) as answer:
        assert answer.status == 413


async def test_nothing_is_promised_while_redis_is_away(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*args: Any, **more: Any) -> None:
        raise Unavailable("Redis is away")

    with monkeypatch.context() as broken:
        broken.setattr(store._link, "call", away)
        async with client.post("/api/events", json=event(), headers=TOKEN) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        async with client.post("/api/promos/redeem", json={"code": "A", "order": 1}, headers=TOKEN) as answer:
            assert answer.status == 503
    assert (await post(client, event()))[1]["accepted"] == 1


# --- who it is


@pytest.mark.parametrize(
    ("who", "field"),
    [
        (None, "contact"),
        ("+79160000001", "contact"),
        ({}, "contact"),
        ({"phone": None}, "contact"),
        ({"phnoe": "+79160000001"}, "contact"),
        ({"phone": "+79160000001", "name": "x"}, "contact.name"),
        ({"phone": "12"}, "contact.phone"),
        ({"phone": "позвоните"}, "contact.phone"),
        ({"phone": ["+79160000001"]}, "contact.phone"),
        ({"phone": "+7916000000" * 5}, "contact.phone"),
        ({"email": "olga"}, "contact.email"),
        ({"email": "a@b.c, d@e.f"}, "contact.email"),
        ({"email": "x" * 300 + "@example.com"}, "contact.email"),
        ({"id": "xyz"}, "contact.id"),
        ({"id": 5}, "contact.id"),
        ({"id": "a" * 24}, "contact.id"),
        ({"address": "telegram"}, "contact.address"),
        ({"address": {"channel": "icq", "user": "1"}}, "contact.address.channel"),
        ({"address": {"channel": "vk", "user": "1"}}, "contact.address.channel"),
        ({"address": {"channel": "telegram", "account": "2", "user": "1"}}, "contact.address.account"),
        ({"address": {"channel": "telegram"}}, "contact.address.external_id"),
        ({"address": {"channel": "telegram", "user": "a b"}}, "contact.address.external_id"),
        ({"address": {"channel": "telegram", "user": "1", "nick": "x"}}, "contact.address.nick"),
    ],
)
async def test_a_contact_that_nobody_can_be(client: Client, store: Store, who: Any, field: str) -> None:
    status, told = await post(client, event(contact=who))
    assert status == 422
    assert told["rejected"][0]["field"] == field
    assert told["rejected"][0]["remedy"]
    assert await inboxes(store) == {}


@pytest.mark.parametrize(
    "who",
    [
        {"phone": "8 (916) 000-00-01"},
        {"phone": 79160000001},
        {"phone": "+7 916 000 00 01", "email": "new@example.com"},
        {"email": " Olga@Example.COM "},
        {"email": "new@example.com", "phone": "+79160000001"},
    ],
)
async def test_a_known_phone_or_mail_finds_its_contact(client: Client, store: Store, who: Any) -> None:
    await store.identify("ann", identity_of("phone", "+79160000001"))
    await store.identify("ann", identity_of("email", "olga@example.com"))
    assert (await post(client, event(contact=who)))[0] == 202
    assert list(await inboxes(store)) == ["ann"]


async def test_one_who_never_wrote_is_waited_for(client: Client, store: Store) -> None:
    assert (await post(client, event(data={"n": 1})))[1]["accepted"] == 1
    assert await inboxes(store) == {}
    await store.identify("ann", identity_of("phone", "+79160000001"))
    assert [one.data for one in (await inboxes(store))["ann"]] == [{"n": 1.0}]


async def test_an_address_or_an_id_is_somebody(client: Client, store: Store) -> None:
    here = {"channel": "telegram", "external_id": 7}
    assert (await post(client, event("1", contact={"address": here})))[0] == 202
    assert (await post(client, event("2", contact={"id": contact()})))[0] == 202
    site = contact_id(Address("web", "site", "v-1"))
    assert (await post(client, event("3", contact={"address": {"channel": "web", "user": "v-1"}})))[0] == 202
    assert {name: len(found) for name, found in (await inboxes(store)).items()} == {contact(): 2, site: 1}
    assert contact_id(address()) == contact()


# --- what it carries


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (None, {}),
        ({"price": 5, "vip": False, "rooms": ["а", 7]}, {"price": 5.0, "vip": False, "rooms": ["а", "7"]}),
        ({"note": 17, "price": None}, {"note": "17"}),
        ({"when": "2026-05-01"}, {"when": "2026-05-01"}),
        ({"when": "2026-05-01T12:00:00Z"}, {"when": "2026-05-01T12:00:00+00:00"}),
        ({"when": 0}, {"when": "1970-01-01T00:00:00+00:00"}),
        ({"note": "n" * 900, "rooms": ["x" * 500] * 9, "nonsense": {"a": [{}]}}, {"note": "n" * 900}),
    ],
)
async def test_what_is_kept(client: Client, store: Store, data: Any, kept: Any) -> None:
    here = {"address": {"channel": "telegram", "user": 7}}
    assert (await post(client, event(name="visit.booked", contact=here, data=data)))[0] == 202
    ((one,),) = (await inboxes(store)).values()
    assert one.data == kept


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ([], "data"),
        ({"price": "5"}, "data.price"),
        ({"price": True}, "data.price"),
        ({"price": 1e16}, "data.price"),
        ({"price": 10**400}, "data.price"),
        ({"vip": 1}, "data.vip"),
        ({"rooms": "one"}, "data.rooms"),
        ({"rooms": [{"name": "one"}]}, "data.rooms"),
        ({"rooms": ["x"] * 101}, "data.rooms"),
        ({"when": "завтра"}, "data.when"),
        ({"when": 1e300}, "data.when"),
        ({"note": {"a": 1}}, "data.note"),
        ({"note": "x" * 1001}, "data.note"),
        ({"pirce": 5}, "data.pirce"),
    ],
)
async def test_a_wrong_field_is_named_with_its_remedy(client: Client, data: Any, field: str) -> None:
    body = json.dumps(event(name="visit.booked", data=data))
    if "10000000000000000" * 2 in body:  # no number for any reader of JSON: the whole body is none
        assert (await post(client, body.encode()))[0] in (400, 422)
        return
    status, told = await post(client, body.encode())
    assert (status, told["rejected"][0]["field"]) == (422, field)


async def test_an_event_with_any_fields(client: Client) -> None:
    for number, data in enumerate(({"a": [1, "b"], "б": True}, {"x" * 64: 1})):
        assert (await post(client, event(number, data=data)))[0] == 202
    for number, data in enumerate(
        ({"a b": 1}, {"a": {}}, {str(n): n for n in range(101)}, {f"f{n}": n for n in range(101)})
    ):
        assert (await post(client, event(number + 10, data=data)))[0] == 422


async def test_too_much_of_what_content_uses(client: Client, definition: Definition) -> None:
    reader = Reader(replace(definition, events={"e": replace(OWN, name="e", used=frozenset(OWN.fields))}), [], "s", NOW)
    with pytest.raises(Rejected) as caught:
        reader.read(event(name="e", data={"rooms": ["x" * 200] * 20}))
    assert caught.value.field == "data.rooms"
    assert PAYLOAD_BYTES < 20 * 200


@pytest.mark.parametrize(
    ("at", "sent_at"),
    [
        (None, 0.0),
        (NOW - 60, NOW - 60),
        ("2026-05-01T12:00:00+03:00", 1777626000.0),
        ("2026-05-01T12:00:00", 1777626000.0),  # the company's clock: Moscow
        ("2026-05-01T09:00:00Z", 1777626000.0),
        ("2026-05-01", 1777582800.0),
    ],
)
async def test_when_it_happened(client: Client, store: Store, at: Any, sent_at: float) -> None:
    assert (await post(client, event(at=at, contact={"address": {"channel": "telegram", "user": 7}})))[0] == 202
    ((one,),) = (await inboxes(store)).values()
    assert (one.sent_at, one.at) == (sent_at, NOW)


@pytest.mark.parametrize("at", ["вчера", True, NOW + 2 * 86400, 0, -1e300, [], "9999-12-31T23:59:59", "0001-01-01"])
async def test_a_time_that_is_none(client: Client, at: Any) -> None:
    status, told = await post(client, event(at=at))
    assert (status, told["rejected"][0]["field"]) == (422, "at")


@pytest.mark.parametrize("event_id", [None, "", " ", 1.5, True, [], "x" * 201, "a\0b"])
async def test_an_id_that_is_none(client: Client, event_id: Any) -> None:
    status, told = await post(client, event(event_id))
    assert (status, told["rejected"][0]["field"]) == (422, "id")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
shaped = st.fixed_dictionaries(
    {},
    optional={
        "id": anything,
        "name": st.sampled_from(["anything", "visit.booked"]) | anything,
        "contact": st.fixed_dictionaries(
            {}, optional={"phone": anything, "email": anything, "id": anything, "address": anything}
        )
        | anything,
        "data": st.dictionaries(st.sampled_from(list(OWN.fields)) | st.text(max_size=8), anything, max_size=5)
        | anything,
        "at": anything,
    },
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(raw=shaped | anything)
def test_whatever_is_sent_is_taken_or_rejected_with_a_remedy(definition: Definition, raw: Any) -> None:
    reader = Reader(definition, ["telegram:1"], "shop", NOW)
    try:
        received = reader.read(raw)
    except Rejected as rejected:
        received, told = None, (rejected.error, rejected.remedy)
    if received is None:
        assert all(text.en and text.ru for text in told)
        return
    assert decode_event(received.arrival().blob) == received.trigger
    jsonschema.validate(raw, schema_of(definition.events))


# --- the schema


async def test_the_schema_knows_the_contents_events(client: Client) -> None:
    async with client.get("/api/events/schema", headers=TOKEN) as answer:
        assert answer.status == 200
        schema = await answer.json()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = event(name="visit.booked", data={"price": 5})
    for body in (good, [good], {"events": [good]}):
        jsonschema.validate(body, schema)
    for bad in (event(name="nothing"), event(name="visit.booked", data={"price": "x"}), {"events": []}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)


def test_the_openapi_document_names_every_answer() -> None:
    paths = openapi()["paths"]
    assert set(paths) == {"/api/events", "/api/events/schema", "/api/promos/redeem"}
    assert set(paths["/api/promos/redeem"]["post"]["responses"]) >= {"200", "404", "409", "410", "422", "503"}


# --- promo codes


async def redeem(client: Client, **body: Any) -> tuple[int, Any]:
    async with client.post("/api/promos/redeem", json=body, headers=TOKEN) as answer:
        return answer.status, await answer.json()


@pytest.fixture
async def code(store: Store) -> str:
    given = await store.reserve_promo("comeback", "ann", 1, codes=["DOM-AB12"], discount="10%", valid_s=3600)
    assert given is not None
    return given.code


async def test_a_code_is_redeemed_once_and_its_contact_told_once(client: Client, store: Store, code: str) -> None:
    expected = {
        "promo": "comeback",
        "discount": "10%",
        "contact": "ann",
        "redeemed_at": "2026-11-18T11:06:40+00:00",
    }
    for written in (" dom-ab12", "DOM-AB12", "dom- ab 12"):
        assert await redeem(client, code=written, order=17, total=990) == (200, expected)
    assert (await redeem(client, code=code, order="18"))[0] == 409
    ((one,),) = (await inboxes(store)).values()
    assert (one.name, one.origin) == ("promo.redeemed", "shop")
    assert one.data == {"promo": "comeback", "code": "DOM-AB12", "order": "17", "total": 990.0}
    assert (await redeem(client, code=code, order="17"))[0] == 200
    assert await inboxes(store) == {}


async def test_a_contact_is_told_though_redis_went_in_between(
    client: Client, store: Store, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(items: list[Incoming]) -> list[bool]:
        raise Unavailable("Redis is away")

    for broken in ("accept", "promo_told"):
        with monkeypatch.context() as patch:
            patch.setattr(store, broken, away)
            assert (await redeem(client, code=code, order="17"))[0] == 503
    assert (await redeem(client, code=code, order="17"))[0] == 200
    assert {name: len(found) for name, found in (await inboxes(store)).items()} == {"ann": 1}


async def test_codes_that_cannot_be_redeemed(client: Client, store: Store, clock: Clock, code: str) -> None:
    assert (await redeem(client, code="DOM-XXXX", order="17"))[0] == 404
    clock.now += 3601
    status, told = await redeem(client, code=code, order="17")
    assert (status, told["field"]) == (410, "code")
    assert await inboxes(store) == {}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"order": "1"}, "code"),
        ({"code": " ", "order": "1"}, "code"),
        ({"code": "x" * 101, "order": "1"}, "code"),
        ({"code": "A"}, "order"),
        ({"code": "A", "order": True}, "order"),
        ({"code": "A", "order": "1", "total": "5"}, "total"),
        ({"code": "A", "order": "1", "total": -1}, "total"),
    ],
)
async def test_a_redemption_with_a_wrong_field(client: Client, body: Any, field: str) -> None:
    status, told = await redeem(client, **body)
    assert (status, told["field"]) == (422, field)
