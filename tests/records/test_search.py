"""People by what one knows of them, messages by their words in any form."""

from __future__ import annotations

import pytest

from records import Records
from records.history import card
from records.search import find_contacts, find_messages
from tests.records.journal import ADDRESS, IVAN, IVANS, NOW, OLGA, Journal, entered, record, send, start, text, turn
from tunnel.events import Phone
from tunnel.session import Session, encode_session


def snapshot(contact: str, **variables: str) -> bytes:
    return bytes(24) + encode_session(Session(contact=contact, variables=dict(variables)))


@pytest.fixture
async def people(records: Records) -> Records:
    journal = Journal(records, kinds={"mail": "email"})
    phone = Phone(id="p", address=ADDRESS, phone="+7 900 123-45-67", own=True)
    olga = journal.entry(
        OLGA,
        turn(start(name="Алёна Петрова"), record("tagged", added=["VIP", "дом"], removed=[]), entered("hello", 1)),
        turn(phone),
        turn(text("Сколько стоят заборы из кирпича?"), send("Кирпичный забор: 100 % по вашим размерам")),
    )
    ivan = journal.entry(
        IVAN,
        turn(start(name="Иван 100%", address=IVANS)),
        turn(text("Do you deliver fences?", address=IVANS), now=NOW + 60),
    )
    await journal.write(olga, ivan, snapshots={OLGA: snapshot(OLGA, mail="Alyona@Example.com", house="дом")})
    return records


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("алена", [OLGA]),
        ("АЛЁНА", [OLGA]),
        ("петров", [OLGA]),
        ("8 (900) 123-45-67", [OLGA]),
        ("4567", [OLGA]),
        ("67", []),
        ("alyona@", [OLGA]),
        ("VIP", [OLGA]),
        ("дом", [OLGA]),
        ("100%", [IVAN]),
        ("%", [IVAN]),
        ("_", []),
        (OLGA, [OLGA]),
        ("а", [IVAN, OLGA]),
        ("  ", []),
        ("' OR 1=1 --", []),
    ],
)
async def test_people_are_found(people: Records, query: str, found: list[str]) -> None:
    assert [one.id for one in await find_contacts(people.engine, query)] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("забор", ["Кирпичный забор: 100 % по вашим размерам", "Сколько стоят заборы из кирпича?"]),
        ("заборов стоит", ["Сколько стоят заборы из кирпича?"]),
        ("fence delivered", ["Do you deliver fences?"]),
        ("сайдинг", []),
        ('"забор" *', ["Кирпичный забор: 100 % по вашим размерам", "Сколько стоят заборы из кирпича?"]),
        ("*", []),
        ("", []),
    ],
)
async def test_messages_are_found_in_any_form(people: Records, query: str, found: list[str]) -> None:
    assert [one.text for one in await find_messages(people.engine, query)] == found


async def test_what_is_found_says_enough_to_choose(people: Records) -> None:
    (one,) = await find_contacts(people.engine, "алена")
    assert (one.phone, one.email, one.tags, one.channels) == (
        "+79001234567",
        "alyona@example.com",
        ("VIP", "дом"),
        ("telegram",),
    )


async def test_a_card_tells_the_history_in_order(people: Records) -> None:
    found = await card(people.engine, OLGA)
    assert found is not None
    assert found.contact["variables"] == {"mail": "Alyona@Example.com", "house": "дом"}
    assert {one.what for one in found.history} == {"messages", "visits"}
    assert [one.at for one in found.history] == sorted(one.at for one in found.history)
    assert await card(people.engine, "nobody") is None
