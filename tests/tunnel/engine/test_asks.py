"""Answers: what is read as a value of each type, and what is asked for again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tunnel.engine.build import definition, step, text, to, tunnel
from tunnel.engine import asks
from tunnel.engine.asks import Rules, Wrong
from tunnel.engine.player import Player, texts
from tunnel.events import Profile
from tunnel.language.definition import Ask, Branch, Choice, Variable

TODAY = date(2026, 1, 13)
RULES = Rules(TODAY)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("120", 120), ("1 200", 1200), ("1\u00a0200", 1200), ("12 500 000", 12_500_000), ("120 м²", 120),
        ("120м2", 120), ("120 кв. м", 120), ("120,5", 120.5), ("120.5", 120.5), ("около 120", 120),
        ("примерно 120 метров", 120), ("-5", -5), ("−5", -5), ("1,5 млн", 1_500_000), ("300 тыс.", 300_000),
        ("300 тысяч", 300_000), ("50к", 50_000), ("20k", 20_000), ("１２０", 120), ("120!", 120), ("0", 0),
        ("площадь 120,", 120), ("1'200", 1200), ("~120", 120), ("120 м", 120),
        ("3,5 m", 3.5), ("3.5 m tall", 3.5),
    ],
)  # fmt: skip
def test_a_number(said, value):
    assert asks.read("number", said, RULES) == value


@pytest.mark.parametrize(
    "said",
    ["", "двести", "100-120", "10 на 12", "10x12", "от 100 до 120", "1.2.3", "12.05.2026", "nan", "inf", "1e5",
     "м2", "тысяча", "9" * 40, "№", "a1", "1,2,3"],
)  # fmt: skip
def test_no_number(said):
    assert isinstance(asks.read("number", said, RULES), Wrong)


@pytest.mark.parametrize(
    ("minimum", "maximum", "phrase"),
    [(None, None, "retry_number"), (10, None, "retry_at_least"), (None, 5, "retry_at_most"), (10, 20, "retry_between")],
)
def test_a_number_outside_its_bounds_says_them(minimum, maximum, phrase):
    rules = Rules(TODAY, minimum=minimum, maximum=maximum)
    assert asks.read("number", "7" if minimum else "x", rules).phrase == phrase


def test_bounds_are_within():
    rules = Rules(TODAY, minimum=10, maximum=5000)
    assert asks.read("number", "10", rules) == 10
    assert asks.read("number", "5 000", rules) == 5000
    assert isinstance(asks.read("number", "9,99", rules), Wrong)
    assert isinstance(asks.read("number", "5001", rules), Wrong)
    assert asks.read("number", "7", rules).holes == {"minimum": "10", "maximum": "5000"}


@pytest.mark.parametrize(
    "said",
    ["+7 912 345-67-89", "8 (912) 345-67-89", "89123456789", "912 345 67 89", "9123456789", "7 912 345 67 89",
     "мой номер 8 912 345-67-89, звоните", "+79123456789 Ольга", "８９１２３４５６７８９"],
)  # fmt: skip
def test_a_phone_is_kept_in_e164(said):
    assert asks.read("phone", said, RULES) == "+79123456789"


@pytest.mark.parametrize(
    "said", ["", "120", "позвоните", "+7 912", "8912345678", "0" * 11, "+" * 300, "+99912345678901"]
)
def test_no_phone(said):
    assert asks.read("phone", said, RULES) == Wrong("retry_phone")


def test_two_different_phones_are_not_one_answer():
    assert isinstance(asks.read("phone", "+79123456789 или +79123456780", RULES), Wrong)
    assert asks.read("phone", "+79123456789, то есть 89123456789", RULES) == "+79123456789"


def test_a_number_without_a_code_is_of_the_companys_country():
    assert asks.region_of("Europe/Moscow") == asks.region_of("") == asks.region_of("Nowhere/Land") == "RU"
    assert asks.region_of("Europe/London") == "GB"
    assert asks.read("phone", "020 7946 0958", Rules(TODAY, "GB")) == "+442079460958"


@pytest.mark.parametrize(
    ("number", "kept"),
    [("79123456789", "+79123456789"), ("+79123456789", "+79123456789"), ("89123456789", "+79123456789"),
     ("442079460958", "+442079460958"), ("", None), ("abc", None), ("1", None)],
)  # fmt: skip
def test_a_contact_cards_number(number, kept):
    assert asks.own_phone(number, "RU") == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [("a@b.ru", "a@b.ru"), ("Ivan.Petrov+x@Example.COM", "Ivan.Petrov+x@example.com"),
     ("моя почта olga@почта.рф.", "olga@почта.рф"), ("<a@b.ru>", "a@b.ru")],
)  # fmt: skip
def test_an_email(said, kept):
    assert asks.read("email", said, RULES) == kept


@pytest.mark.parametrize(
    "said", ["", "a", "a@", "@b.ru", "a@b", "a b@c", "a@b..ru", "a..b@c.ru", "a@b.ru c@d.ru", "a@@b.ru"]
)
def test_no_email(said):
    value = asks.read("email", said, RULES)
    assert value == Wrong("retry_email")


@pytest.mark.parametrize(
    ("said", "kept"),
    [("25.12.2026", "2026-12-25"), ("25/12/26", "2026-12-25"), ("2026-12-25", "2026-12-25"),
     ("25 декабря", "2026-12-25"),
     ("25 декабря 2027 года", "2027-12-25"), ("5 января", "2027-01-05"), ("13 января", "2026-01-13"),
     ("сегодня", "2026-01-13"), ("Завтра!", "2026-01-14"), ("послезавтра", "2026-01-15"), ("December 25", "2026-12-25"),
     ("25th december 2026", "2026-12-25"), ("12/25/2026", "2026-12-25"), ("28.02", "2026-02-28"),
     ("давайте 20.01", "2026-01-20"), ("29.02.2028", "2028-02-29")],
)  # fmt: skip
def test_a_date(said, kept):
    assert asks.read("date", said, RULES) == kept


@pytest.mark.parametrize(
    "said", ["", "31.02.2026", "скоро", "45.45.2026", "декабрь", "2026-13-01", "00.00", "29.02.2027"]
)
def test_no_date(said):
    assert asks.read("date", said, RULES) == Wrong("retry_date")


def test_tomorrow_at_the_end_of_the_calendar_is_no_date():
    assert asks.read("date", "завтра", Rules(date.max)) == Wrong("retry_date")


@pytest.mark.parametrize(
    ("said", "value"),
    [("да", True), ("Да!", True), ("+", True), ("ага", True), ("Да, конечно", True), ("yes", True), ("👍", True),
     ("нет", False), ("Нет, спасибо", False), ("-", False), ("no", False), ("неа", False)],
)  # fmt: skip
def test_a_flag(said, value):
    assert asks.read("flag", said, RULES) is value


@pytest.mark.parametrize("said", ["", "может быть", "да нет", "да нет наверное сложно сказать", "дата"])
def test_no_flag(said):
    assert asks.read("flag", said, RULES) == Wrong("retry_flag")


def test_a_text_is_kept_as_it_is_up_to_500_characters():
    assert asks.read("text", "  короед ", RULES) == "короед"
    assert asks.read("text", "я" * 500, RULES) == "я" * 500
    assert asks.read("text", "я" * 501, RULES) == Wrong("too_long", {"limit": "500"})
    assert asks.read("text", " \n", RULES) == Wrong("retry_text")


def test_every_type_has_a_parser_and_every_refusal_a_phrase():
    from typing import get_args

    from tunnel.engine.phrases import PHRASES
    from tunnel.language.definition import VariableType

    assert set(asks.PARSERS) == set(get_args(VariableType))
    for kind in asks.PARSERS:
        assert asks.read(kind, "", RULES).phrase in PHRASES["ru"]


@given(st.sampled_from(sorted(asks.PARSERS)), st.text(max_size=600), st.dates())
def test_no_text_trips_a_parser(kind, said, today):
    value = asks.read(kind, said, Rules(today, minimum=-10, maximum=10))
    assert value is not None


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False).map(lambda value: round(value, 2)))
def test_a_number_as_people_write_it_is_read_back(number):
    shown = f"{number:,.2f}".replace(",", " ").replace(".", ",")
    assert asks.read("number", shown, RULES) == pytest.approx(number)


@pytest.mark.parametrize(
    ("phone", "zone"),
    [("+442079460958", "Europe/London"), ("+79123456789", ""), ("", ""), ("+0", ""), ("x", ""), ("+800123456789", "")],
)
def test_the_timezone_of_a_number(phone, zone):
    assert asks.zone_of(phone) == zone


# --- the dialogue


def _asking(kind: str, *, share: bool = False, choices=(), **fields) -> Player:
    made = definition(
        tunnel(
            step("ask", ask=Ask(text("Ну?"), "it", share=share, **fields), to=(Branch(to("done")),), choices=choices),
            step("done", say=text("Есть: {{ it }}"), end=True),
        ),
        variables=[Variable("it", "Оно", kind)],  # type: ignore[arg-type]
    )
    return Player(made)


@pytest.mark.parametrize(
    ("kind", "wrong", "retry", "right", "shown"),
    [
        ("number", "много", "Напишите число — например, 120.", "1 200", "Есть: 1200"),
        ("phone", "нету", "Не похоже на номер телефона.", "8 912 345 67 89", "Есть: +79123456789"),
        ("email", "нет", "Не похоже на адрес почты.", "a@b.ru", "Есть: a@b.ru"),
        ("date", "потом", "Напишите дату", "25.12.2026", "Есть: 2026-12-25"),
        ("flag", "хм", "Ответьте «да» или «нет».", "да", "Есть: да"),
        ("text", "я" * 501, "Слишком длинно: уместите ответ в 500 символов", "*я*", "Есть: *я*"),
    ],
)
def test_a_wrong_answer_is_asked_again_and_the_question_stays(kind, wrong, retry, right, shown):
    player = _asking(kind)
    player.start()
    (again,) = player.say(wrong)
    assert again.text.plain.startswith(retry)
    assert player.session.step == "ask"
    assert texts(player.say(right)) == [shown]


def test_the_contents_own_retry_comes_first_but_not_for_what_is_too_long():
    player = _asking("text", retry=text("Опишите словами."))
    player.start()
    assert texts(player.send_file("sticker"))[0].startswith("Такое сообщение")
    assert texts(player.say("я" * 501))[0].startswith("Слишком длинно")
    player = _asking("number", retry=text("Числом!"), maximum=5.0)
    player.start()
    assert texts(player.say("6")) == ["Числом!"]


def test_an_ask_with_choices_shows_them_with_the_retry_too():
    player = _asking("number", choices=(Choice(text("Не знаю"), "dunno0", to=to("done")),))
    player.start()
    (again,) = player.say("эх")
    assert [button.label for button in again.buttons] == ["Не знаю"]
    player.press("Не знаю")
    assert player.session.ended


def test_the_phone_button_is_offered_and_taken_away_again():
    player = _asking("phone", share=True)
    (question,) = player.start()
    assert question.ask_phone == "Отправить мой номер"
    (again,) = player.say("зачем")
    assert again.ask_phone
    assert not again.drop_keyboard
    (done,) = player.share_phone("79123456789")
    assert (done.text.plain, done.drop_keyboard, done.ask_phone) == ("Есть: +79123456789", True, "")
    assert not player.say("ещё")[0].drop_keyboard


def test_a_number_tells_the_timezone_unless_the_channel_did():
    player = _asking("phone")
    player.start()
    player.say("+44 20 7946 0958")
    assert player.session.profile.timezone == "Europe/London"
    player = _asking("phone")
    player.session.profile = Profile(timezone="Asia/Omsk")
    player.start()
    player.say("+44 20 7946 0958")
    assert player.session.profile.timezone == "Asia/Omsk"


def test_the_phone_button_belongs_to_phones_alone():
    assert _asking("text", share=True).start()[0].ask_phone == ""


def test_somebody_elses_contact_is_not_taken():
    player = _asking("phone", share=True)
    player.start()
    (again,) = player.share_phone("79123456789", own=False)
    assert again.text.plain == "Это чужой контакт. Отправьте, пожалуйста, свой номер.\n\nНу?"
    assert again.ask_phone
    assert player.session.step == "ask"


def test_a_contact_where_none_is_asked_repeats_the_question(player):
    player.start("siding")
    (again,) = player.share_phone("79123456789")
    assert "Что облицовываем?" in again.text.plain
    assert "phone" not in player.session.variables


def test_an_unreadable_contact_is_asked_again():
    player = _asking("phone")
    player.start()
    assert texts(player.share_phone("12"))[0].startswith("Не похоже на номер")


def test_then_is_done_once_the_answer_is_in(player):
    player.start("siding")
    player.press("Баню")
    player.say("120")
    player.press("Вызвать замерщика")
    player.say("не скажу")
    assert player.desk_posts() == []
    said = player.say("89123456789")
    (post,) = player.desk_posts("notify")
    assert (post.text, post.queue) == ("Замер: Ольга, +79123456789, баня", "sales")
    assert texts(said) == ["Спасибо! Замерщик свяжется в рабочее время."]
    assert all("912" not in str(record.data) for record in player.records("set"))


def test_an_answer_may_branch(player):
    player.start("siding")
    player.press("Дом")
    player.say("500")
    assert player.session.step == "big"
