"""What the bot starts by itself: closed time, weekdays, the cap, and the order of what waits."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tunnel.engine.build import definition, step, text, to, tunnel
from tunnel.engine import gate
from tunnel.engine.player import Player, noon, texts
from tunnel.engine.values import contact_zone
from tunnel.events import Profile
from tunnel.language.definition import Ask, Branch, Choice, Frequency, Quiet, Silence, Variable
from tunnel.language.templates import compile_condition

HOUR, DAY = 3600.0, 86400.0
NIGHT = Quiet(time(21), time(9))
MOSCOW = ZoneInfo("Europe/Moscow")
YES = Choice(text("Да"), "yesyes", to=to("b"))


def _reminded(*silence: Silence, profile: Profile | None = None, **settings) -> Player:
    """On a Tuesday at noon."""
    made = definition(
        tunnel(step("a", say=text("A?"), choices=(YES,), silence=silence), step("b", say=text("B"), end=True)),
        **settings,
    )
    return Player(made, start_at=noon(made), profile=profile or Profile())


def _clock(player: Player) -> str:
    return datetime.fromtimestamp(player.now, contact_zone(player.definition, player.session)).strftime("%a %H:%M")


def _until(player: Player, clock: str) -> list[str]:
    """Let time pass, minute by minute, up to the next moment of that name: what was said, each with its moment."""
    said = []
    for _ in range(8 * 24 * 60):
        heard = player.wait(60)
        said += [f"{_clock(player)} {each}" for each in texts(heard)]
        if _clock(player) == clock:
            return said
    raise AssertionError(clock)


# --- closed time


def test_what_falls_into_the_night_waits_for_the_morning_and_keeps_its_order():
    player = _reminded(*(Silence(hours * HOUR, text(f"{hours}")) for hours in (8, 10, 14, 20, 22)), quiet=NIGHT)
    player.start()
    said = _until(player, "Wed 12:00")
    assert said == ["Tue 20:00 8", "Wed 09:00 10", "Wed 09:00 14", "Wed 09:00 20", "Wed 10:00 22"]
    held = [(record.data["why"], _hour(record.data["until"])) for record in player.records("held")]
    assert held == [("quiet", "09:00:00"), ("quiet", "09:00:01"), ("quiet", "09:00:02")]
    assert player.session.waiting == {}


def _hour(at: float) -> str:
    return datetime.fromtimestamp(at, MOSCOW).strftime("%H:%M:%S")


def test_quiet_days_are_quiet_as_a_whole():
    player = _reminded(
        Silence(4 * DAY, text("Сб")), Silence(5 * DAY, text("Вс")), quiet=Quiet(time(21), time(9), frozenset({5, 6}))
    )
    player.start()
    assert _until(player, "Mon 12:00") == ["Mon 09:00 Сб", "Mon 09:00 Вс"]


def test_a_reminder_of_its_own_weekdays_waits_for_them():
    player = _reminded(Silence(DAY, text("По четвергам"), days=frozenset({3})), quiet=NIGHT)
    player.start()
    assert _until(player, "Fri 12:00") == ["Thu 09:00 По четвергам"]
    assert [record.data["why"] for record in player.records("held")] == ["days"]


def test_within_a_series_nothing_overtakes_what_waits_for_its_weekday():
    player = _reminded(Silence(HOUR, text("1"), days=frozenset({3})), Silence(2 * HOUR, text("2")))
    player.start()
    assert _until(player, "Thu 12:00") == ["Thu 00:00 1", "Thu 00:00 2"]
    assert [record.data["why"] for record in player.records("held")] == ["days", "order"]


def test_weekdays_that_never_open_leave_the_reminder_out():
    player = _reminded(
        Silence(HOUR, text("1"), days=frozenset({5})),
        Silence(2 * HOUR, text("2")),
        quiet=Quiet(time(21), time(9), frozenset({5})),
    )
    player.start()
    assert _until(player, "Tue 11:00")[0] == "Tue 14:00 2"
    assert [(record.data["why"], record.data["until"]) for record in player.records("held")] == [("days", 0.0)]


def test_the_condition_of_a_reminder_is_asked_when_it_is_due():
    player = _reminded(
        Silence(HOUR, text("1"), when=compile_condition("channel == 'vk'", "t")), Silence(DAY, text("2"))
    )
    player.start()
    assert texts(player.wait(2 * DAY)) == ["2"]


def test_an_answer_to_the_customer_is_never_held():
    player = _reminded(quiet=NIGHT, frequency=Frequency(0, DAY))
    player.now += 12 * HOUR
    player.start()
    assert texts(player.press("Да")) == ["B"]
    assert player.records("held") == []


def test_a_move_that_says_nothing_is_not_held():
    made = definition(
        tunnel(
            step("a", say=text("A?"), choices=(YES,), silence=(Silence(12 * HOUR, to=to("b")),)), step("b", end=True)
        ),
        quiet=NIGHT,
    )
    player = Player(made, start_at=noon(made))
    player.start()
    player.wait(12 * HOUR)
    assert player.session.ended
    assert player.records("held") == []


# --- the contact's clock


def test_the_night_is_the_contacts_own():
    player = _reminded(Silence(4 * HOUR, text("1")), quiet=NIGHT, profile=Profile(timezone="Asia/Vladivostok"))
    player.start()  # noon in Moscow is 19:00 there
    assert _until(player, "Wed 10:00") == ["Wed 09:00 1"]


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        ("+66812345678", "Asia/Bangkok"),
        ("+79123456789", "Europe/Moscow"),  # Russian mobile numbers move between eleven zones: the company's
        ("+12125550123", "America/New_York"),
    ],
)
def test_a_phone_number_tells_the_clock_where_it_tells_one(phone, zone):
    made = definition(
        tunnel(step("a", ask=Ask(text("Телефон?"), "p"), to=(Branch(to("b")),)), step("b", say=text("B"), end=True)),
        variables=[Variable("p", "", "phone")],
    )
    player = Player(made, start_at=noon(made))
    player.session.variables = {"p": phone}
    assert contact_zone(made, player.session).key == zone
    player.session.profile = Profile(timezone="Asia/Omsk")
    assert contact_zone(made, player.session).key == "Asia/Omsk"


def test_a_whatsapp_address_is_a_phone_number():
    made = definition(tunnel(step("a", say=text("A"), end=True)))
    player = Player(made, "whatsapp", noon(made))
    player.start()
    assert contact_zone(made, player.session).key == "Europe/Moscow"
    assert player.session.address is not None
    player.session.address = type(player.session.address)("whatsapp", "n", "66812345678")
    assert contact_zone(made, player.session).key == "Asia/Bangkok"


# --- the cap


def test_what_the_cap_refuses_is_left_out_and_journalled():
    player = _reminded(
        *(Silence(hours * HOUR, text(f"{hours}")) for hours in (1, 2, 3, 24, 25, 26)), frequency=Frequency(2, DAY)
    )
    player.start()
    assert texts(player.wait(7 * DAY)) == ["1", "2", "25", "26"]
    assert [(record.data["what"], record.data["why"]) for record in player.records("held")] == [
        ("silence", "frequency"),
        ("silence", "frequency"),
    ]


def test_the_cap_counts_what_is_really_sent():
    made = definition(
        tunnel(
            step("a", say=text("A?"), choices=(YES,), silence=(Silence(HOUR, text("Раз"), to=to("c")),)),
            step("b", say=text("B"), end=True),
            step("c", say=text("Два"), choices=(YES,), silence=(Silence(HOUR, text("Три")),)),
        ),
        frequency=Frequency(2, DAY),
    )
    player = Player(made, start_at=noon(made))
    player.start()
    assert texts(player.wait(HOUR)) == ["Раз", "Два"]
    assert player.wait(HOUR) == []


def test_a_clock_put_back_does_not_open_the_cap():
    player = _reminded(Silence(HOUR, text("1")), frequency=Frequency(1, DAY))
    player.start()
    player.wait(HOUR)
    player.now -= 5 * HOUR
    player.say("назад")
    player.session.timers["s:1:0"] = int(player.now)
    player.timers["s:1:0"] = player.now
    assert player.wait(1) == []
    assert player.records("held")[-1].data["why"] == "frequency"


# --- openings, on any clock

ZONES = ["Europe/Moscow", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "UTC"]
times_ = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
day_sets = st.frozensets(st.integers(0, 6))
quiets = st.one_of(st.none(), st.builds(Quiet, times_, times_, day_sets))


@given(quiets, st.one_of(st.none(), day_sets), st.sampled_from(ZONES), st.floats(1.7e9, 1.9e9))
def test_an_opening_is_open_and_the_first(quiet, days, zone, now):
    zone = ZoneInfo(zone)

    def is_open(at):
        return gate.is_open(quiet, days, datetime.fromtimestamp(at, zone))

    opening = gate.next_opening(quiet, days, zone, now)
    if opening is None:
        assert not any(is_open(now + quarter * 900) for quarter in range(8 * 96))
        return
    assert opening >= now
    assert is_open(opening)
    if opening > now:
        assert not is_open(now)
        sooner = [at for at in (now + quarter * 900 for quarter in range(8 * 96)) if at < opening and is_open(at)]
        assert not sooner or opening - sooner[0] <= HOUR, "a clock put forward may hide the night's end for an hour"


@pytest.mark.parametrize(
    ("zone", "now", "opening"),
    [
        ("America/New_York", "2026-03-08T06:30", "2026-03-08T13:00"),  # put forward at 2: nine is an hour sooner
        ("America/New_York", "2026-11-01T06:30", "2026-11-01T14:00"),  # put back at 2
        ("Europe/Moscow", "2026-03-08T06:30", "2026-03-08T06:30"),
    ],
)
def test_daylight_saving_moves_the_morning(zone, now, opening):
    at = datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp()
    found = gate.next_opening(NIGHT, None, ZoneInfo(zone), at)
    assert found == datetime.fromisoformat(opening).replace(tzinfo=UTC).timestamp()
