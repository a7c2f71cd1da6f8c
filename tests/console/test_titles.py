"""What operators read of the content: titles and words, never names of steps or holes."""

from __future__ import annotations

import pytest

from bots.content import Content
from console.titles import Titles
from tests.console.stand import CONTENT


@pytest.fixture(scope="module")
def titles() -> Titles:
    return Titles(Content.load(CONTENT).definition)


def test_a_step_is_called_by_its_words_with_gaps_for_what_differs(titles: Titles) -> None:
    price = titles.step("siding", "price")
    assert price.startswith("Ориентир по вашему объекту — от …")
    assert "‹" not in price


def test_a_step_that_only_hands_over_is_called_by_what_it_says_then(titles: Titles) -> None:
    assert titles.step("siding", "big").startswith("Передаю вас инженеру")


def test_objections_gifts_and_variables_are_called_by_their_titles(titles: Titles) -> None:
    assert titles.objection("expensive") == "Дорого"
    assert titles.magnet("guide") != "guide"
    assert titles.variable("area") == "Площадь"


def test_what_the_content_no_longer_has_keeps_its_name(titles: Titles) -> None:
    assert [titles.objection("gone"), titles.magnet("gone"), titles.variable("gone")] == ["gone"] * 3
    assert titles.step("siding", "gone") == "gone"
