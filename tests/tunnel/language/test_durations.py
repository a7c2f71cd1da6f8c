"""Durations, times of day, days, numbers: what is taken and what is not."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunnel.language import parse_duration
from tunnel.language.durations import parse_day, parse_time, say_duration
from tunnel.language.fields import to_flag, to_number


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("1h", 3600), ("2d", 172_800), ("1h30m", 5400), ("45s", 45), ("1w", 604_800)],
)
def test_duration(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "1 h", "-1h", "1ч", "0m", "367d", "1h ", "1e9d", "999999999d", "1hh"])
def test_no_duration(text: str) -> None:
    with pytest.raises(ValueError):
        parse_duration(text)


@given(st.integers(1, 366 * 86400))
def test_durations_are_said_as_they_are_read(seconds: int) -> None:
    assert parse_duration(say_duration(seconds)) == seconds


def test_times_and_days() -> None:
    assert parse_time("09:00") == time(9)
    assert parse_time("9:05") == time(9, 5)
    assert parse_time("24:00") == time.max
    assert parse_day("sun") == 6
    for text in ("9", "25:00", "12:60", "12:00:00", "полдень", ""):
        with pytest.raises(ValueError):
            parse_time(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("120", 120), ("1.50", 1.5), ("1,5", 1.5), ("10 000", 10_000), ("-3", -3)],
)
def test_number(text: str, number: float) -> None:
    assert to_number(text) == number


@pytest.mark.parametrize("text", ["", "сто", "1e9", "nan", "inf", "0x10", "1.2.3", "1 2", "--1", "9" * 40])
def test_no_number(text: str) -> None:
    with pytest.raises(ValueError):
        to_number(text)


def test_flags() -> None:
    assert to_flag("да")
    assert not to_flag("No")
    with pytest.raises(ValueError):
        to_flag("1")
