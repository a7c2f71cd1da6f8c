"""A session as it is stored: small, whole, and readable across releases."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from tunnel.events import Address, Profile
from tunnel.session import Kept, Ladder, Pending, Session, decode_session, encode_session, mark

AT = 1_768_294_820.0
USUAL = Session(
    contact="f824a4393e770e61480bb519",
    address=Address("telegram", "7012345678", "6123456789"),
    tunnel="ten",
    step="step4",
    visit=4,
    visit_at=AT,
    inbound_at=AT,
    variables={"object": "first 3"},
    stages={"ten": "new"},
    stage_at={"ten": int(AT) - 40},
    timers={"s:4:0": int(AT) + 3600},
    history=["8q2c0j", "z9pvjh", "0xqsub"],
    source={"ref": "ten"},
    profile=Profile(name="Ольга", language="ru"),
    last_press=mark("3.txqsub.q3afia"),
    last_press_at=AT,
    visits={"8q2c0j": 1, "z9pvjh": 1, "0xqsub": 1, "fpahdn": 1},
    addresses={"telegram": Address("telegram", "7012345678", "6123456789")},
)
FULL = Session(
    **{
        **asdict(USUAL),
        "last_text": mark("120"),
        "last_text_at": AT - 3600.125,
        "ended": True,
        "tags": ["hot"],
        "granted": ["guide"],
        "raised": {"price": 2},
        "pending": Pending("price", 1),
        "offered": 1,
        "told_ended": True,
        "won": ["price"],
        "last_album": "7",
        "keyboard_open": True,
        "callback_buttons": False,
        "mode": "operator",
        "epoch": 3,
        "queue": "sales",
        "operator": "42",
        "told_queue": AT + 60,
        "mode_before": "queued",
        "parked": {"coffee": ["cups", 3]},
        "visits": {"8q2c0j": 300, "z9pvjh": 1, "0xqsub": 2},
        "arms": {"8q2c0j": "b"},
        "promos": {"spring": ("AB12", AT)},
        "ladders": [Ladder(1, "ten", "cart", AT, 1, {"sum": 12.5})],
        "ladder_count": 1,
        "taken": [1],
        "events": {"ten": {"sum": 12.5}},
        "waiting": {"s:4:0": int(AT) + 60},
        "proactive": [int(AT)],
        "next_step": "ten/step5",
        "version": 7,
        "operator_name": "Иван",
        "snoozed_until": AT + 600,
        "heard": {"whatsapp": int(AT)},
        "begins": True,
        "given_name": "Ольга Ким",
        "dated_at": 1768291150,
        "kept": [Kept("paid", AT, {"sum": 3.0})],
        "addresses": {"web": Address("web", "site", "0a"), "telegram": USUAL.address},
    }
)


def test_everything_comes_back():
    blank = Session()
    same = [name for name in Session.__struct_fields__ if getattr(FULL, name) == getattr(blank, name)]
    assert not same, "FULL must say something in every field"
    for session in (USUAL, FULL, Session(contact="c")):
        assert decode_session(encode_session(session), session.contact) == session


def test_a_usual_session_is_small():
    assert len(encode_session(USUAL)) <= 136
    assert encode_session(Session(contact="c")) == b"\x90"


def test_a_session_of_an_earlier_release_lacks_the_last_fields():
    items = msgspec.msgpack.decode(encode_session(USUAL))
    names = Session.__struct_fields__[1:]
    for count in range(len(items)):
        found = decode_session(msgspec.msgpack.encode(items[:count]), "c")
        assert found.contact == "c"
        for name in names[:count]:
            assert getattr(found, name) == getattr(USUAL, name) or name == "history"
        for name in names[count:]:
            assert getattr(found, name) == getattr(Session(), name) or name == "addresses"


def test_what_few_have_may_lack_any_field():
    *usual, rare = msgspec.msgpack.decode(encode_session(FULL), strict=False)
    names = Session.__struct_fields__[-len(rare) :]
    for number in rare:
        kept = {other: value for other, value in rare.items() if other != number}
        found = decode_session(msgspec.msgpack.encode([*usual, kept]), FULL.contact)
        missing = names[number]
        default = {"telegram": FULL.address} if missing == "addresses" else getattr(Session(), missing)
        assert getattr(found, missing) == default
        assert msgspec.structs.replace(found, **{missing: getattr(FULL, missing)}) == FULL


def test_a_later_release_may_have_written_more():
    *usual, rare = msgspec.msgpack.decode(encode_session(FULL))
    assert decode_session(msgspec.msgpack.encode([*usual, {**rare, 99: {"new": [1]}}]), FULL.contact) == FULL


def test_the_present_address_is_not_stored_twice():
    session = Session(address=USUAL.address, addresses={"web": Address("web", "site", "0a")})
    found = decode_session(encode_session(session))
    assert found.addresses == {"web": Address("web", "site", "0a"), "telegram": USUAL.address}
    assert encode_session(found) == encode_session(session)


@pytest.mark.parametrize(
    "blob",
    [b"", b"\xc1", b"\x01", b"\x80", b"\x91\x07", b"\x91\x93\x09\x01\x01", b"\x91\x92\x00\x01", b"\x92\xc0\x07",
     b"\xdc\x00\x10" + b"\xc0" * 16, b"\x9b\xc0\xa0\xa0\x00\x00\x00\x80\x80\x90\xc4\x00\xc4\x01\x00",
     b"\x96\xc0\xa1t\xa1s\x01\xa1x\x01", b"\x96\xc0\xa1t\xa1s\x01\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00\x80"],
)  # fmt: skip
def test_a_blob_that_is_no_session(blob):
    with pytest.raises(msgspec.MsgspecError):
        decode_session(blob)


def test_two_sessions_share_nothing():
    one, other = decode_session(b"\x90"), decode_session(b"\x90")
    one.variables["object"] = "house"
    one.timers["s:1:0"] = 7
    one.history.append("8q2c0j")
    again = encode_session(Session(tags=["hot"]))
    decode_session(again).won.append("price")
    decode_session(again).arms["8q2c0j"] = "b"
    assert decode_session(again) == Session(tags=["hot"])
    assert other == Session() == decode_session(b"\x90")


texts = st.one_of(
    st.sampled_from(["", "0", "007", "-1", "+1", "1_0", "٣", "²", "9" * 18, "9" * 19]), st.text(max_size=9)
)


@given(texts, texts, texts)
def test_any_address_comes_back(channel, account, external_id):
    session = Session(address=Address(channel, account, external_id))
    assert decode_session(encode_session(session)).address == session.address


@given(st.lists(st.one_of(st.text(alphabet="0z1a", min_size=6, max_size=6), texts), max_size=10))
def test_any_history_comes_back(history):
    session = Session(history=history, visits=dict.fromkeys(history[::2], 1))
    assert decode_session(encode_session(session)) == session


@given(st.floats())
def test_any_number_of_a_variable_comes_back(number):
    found = decode_session(encode_session(Session(variables={"n": number}))).variables["n"]
    assert type(found) is float
    assert found == number or math.isnan(number)


@given(st.floats(), st.floats(1, 9e10))
def test_any_time_is_stored_and_a_sane_one_comes_back(wild, sane):
    blob = encode_session(Session(visit_at=wild, last_text_at=wild, told_queue=wild, inbound_at=sane))
    found = decode_session(blob)
    assert found.inbound_at == pytest.approx(sane, abs=0.0011)
    assert encode_session(found) == blob
