"""Handing over to people: who is on duty, what the customer is told, what people see, what the bot does meanwhile."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from tests.tunnel.engine.build import definition, of_visit, step, text, tunnel
from tunnel.effects import Desk, Send
from tunnel.engine.handoff import is_open, next_opening
from tunnel.engine.player import Player, noon, texts
from tunnel.events import Profile
from tunnel.language.definition import Handoff, Hours, Queue

MOSCOW = ZoneInfo("Europe/Moscow")
HOUR = 3600.0
WEEK = Hours(time(9), time(19), frozenset(range(5)))
NIGHT = Hours(time(22), time(6), frozenset({4}))  # Friday night
TUESDAY = datetime(2026, 1, 13, 12, tzinfo=MOSCOW)


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("hours", "moment", "open_"),
    [
        (WEEK, _at(13, 9), True), (WEEK, _at(13, 8, 59), False), (WEEK, _at(13, 18, 59), True),
        (WEEK, _at(13, 19), False), (WEEK, _at(17, 12), False), (NIGHT, _at(16, 23), True),
        (NIGHT, _at(17, 5), True), (NIGHT, _at(17, 6), False),
        (NIGHT, _at(17, 23), False), (NIGHT, _at(16, 5), False),
        (Hours(time(0), time(0), frozenset({1})), _at(13, 3), True),
        (Hours(time(0), time(0), frozenset({1})), _at(14, 3), False),
        (Hours(time(9), time(19), frozenset()), _at(13, 12), False),
    ],
)  # fmt: skip
def test_opening_hours(hours, moment, open_):
    assert is_open(hours, moment) is open_


@pytest.mark.parametrize(
    ("hours", "moment", "opening"),
    [
        (WEEK, _at(13, 8), _at(13, 9)), (WEEK, _at(13, 20), _at(14, 9)), (WEEK, _at(16, 20), _at(19, 9)),
        (NIGHT, _at(17, 12), _at(23, 22)), (Hours(time(9), time(10), frozenset({1})), _at(13, 11), _at(20, 9)),
        (Hours(time(9), time(19), frozenset()), _at(13, 12), None),
    ],
)  # fmt: skip
def test_the_next_opening(hours, moment, opening):
    assert next_opening(hours, moment) == opening


def test_the_customer_is_told_and_the_queue_gets_the_note(player):
    player.start("siding")
    player.press("Дом")
    said = player.say("700")
    assert texts(said) == ["Передаю вас инженеру. Он ответит здесь."]
    (post,) = player.desk_posts()
    assert (post.kind, post.queue, post.text) == ("handoff", "sales", "Большой объект: дом, 700 м²")
    assert post.address == player.address
    assert player.session.mode == "queued"
    assert player.session.tags == ["крупный"]
    assert player.records("mode")[0].data == {"before": "bot", "after": "queued", "operator": ""}


def test_without_a_note_people_read_which_tunnel_it_is(player):
    player.start("siding")
    player.press("Позвать менеджера")
    assert player.desk_posts()[0].text == "Клиент ждёт менеджера: Сайдинг под ключ"


def test_nobody_on_duty_takes_the_else(player):
    player.desk = False
    player.start("siding")
    player.press("Дом")
    assert texts(player.say("700"))[0].startswith("Ориентир")
    assert player.session.mode == "bot"


def test_out_of_hours_takes_the_else_although_there_is_a_desk(player):
    player.wait(9 * HOUR)
    player.start("siding")
    player.press("Дом")
    assert texts(player.say("700"))[0].startswith("Ориентир")


@pytest.mark.parametrize(
    ("wait_h", "when"),
    [
        (9, "завтра с 09:00"),
        (18, "сегодня с 09:00"),
        (3 * 24 + 9, "в понедельник с 09:00"),
        (5 * 24 + 9, "завтра с 09:00"),
    ],
)
def test_nobody_on_duty_and_no_else_says_when_people_are_back(player, wait_h, when):
    player.wait(wait_h * HOUR)
    player.start("siding")
    assert texts(player.press("Позвать менеджера")) == [f"Сейчас нерабочее время. Ответим здесь {when}."]
    assert player.session.mode == "queued"
    assert player.desk_posts()[0].kind == "handoff"


def test_the_time_is_told_on_the_customers_clock(player):
    player.session.profile = Profile(timezone="Asia/Vladivostok")
    player.wait(9 * HOUR)
    player.start("siding")
    assert texts(player.press("Позвать менеджера")) == ["Сейчас нерабочее время. Ответим здесь сегодня с 16:00."]


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../../etc/passwd", "America", "\x00", "Europe/", "x" * 999])
def test_an_unknown_clock_is_the_companys(player, zone):
    player.session.profile = Profile(timezone=zone)
    player.wait(9 * HOUR)
    player.start("siding")
    assert texts(player.press("Позвать менеджера"))[0].endswith("завтра с 09:00.")


def test_in_hours_without_a_desk_nobody_is_promised(player):
    player.desk = False
    player.start("siding")
    assert texts(player.press("Позвать менеджера"))[0].startswith("Сейчас на связи никого нет.")
    assert player.session.mode == "queued"


def test_in_english_too():
    made = definition(
        tunnel(step("a", say=text("Hi"), handoff=Handoff("sales", say=text("One moment.")))), language="en"
    )
    player = Player(made, start_at=noon(made) + 9 * HOUR)
    said = texts(player.start())
    assert said[0] == "Hi"
    assert said[1] == "One moment.\n\nWe are closed at the moment. We will answer here tomorrow from 09:00."


def test_a_queue_without_hours_is_always_open():
    made = definition(
        tunnel(step("a", say=text("Hi"), handoff=Handoff("q"))), queues={"q": Queue("q", "Q")}, language="en"
    )
    player = Player(made, start_at=noon(made) + 9 * HOUR)
    assert texts(player.start())[1] == "I am passing you to a manager. They will answer here."


# --- while people have the word


def _queued(player):
    player.start("siding")
    player.press("Позвать менеджера")
    return player


def test_the_bot_is_silent_and_people_read_everything(player):
    _queued(player)
    assert player.say("Есть кто?") == []
    assert player.send_file("voice", caption="вот") == []
    assert player.share_phone("79123456789") == []
    assert player.press_token(player.shown[0].token, "Дом") == []
    posts = player.desk_posts("customer")
    assert [post.text for post in posts] == ["Есть кто?", "вот", "79123456789", "Дом"]
    assert posts[1].files[0].kind == "voice"
    assert all(post.queue == "sales" for post in posts)
    assert len(player.acknowledged) == 2


def test_every_picture_of_an_album_reaches_people(player):
    _queued(player)
    for _ in range(3):
        player.send_file(group="g")
    assert len(player.desk_posts("customer")) == 3


def test_a_press_without_a_label_is_read_by_the_label_it_had(player):
    _queued(player)
    player.press_token(player.shown[0].token)
    assert player.desk_posts("customer")[0].text == "Дом"


def test_who_waits_long_and_writes_is_told_once_in_a_long_while(player):
    _queued(player)
    player.wait(HOUR)
    assert texts(player.say("Ау")) == ["Вы в очереди: менеджер прочтёт всё, что вы написали, и ответит здесь."]
    assert player.say("Ау?") == []
    player.wait(9 * HOUR)
    assert texts(player.say("Спите?")) == ["Сейчас нерабочее время. Ответим здесь завтра с 09:00."]


def test_a_press_while_waiting_is_told_sooner(player):
    _queued(player)
    player.wait(100)
    assert len(player.press_token("x")) == 1
    assert player.press_token("y") == []


def test_back_leaves_the_queue_and_repeats_the_question(player):
    _queued(player)
    assert "Что облицовываем?" in texts(player.say("назад"))[0]
    assert player.session.mode == "bot"
    assert player.session.queue == ""
    assert player.desk_posts("system")[-1].text == "Клиент вернулся к боту."
    assert len(of_visit(player)) == 2


def test_back_from_a_step_that_only_hands_over_goes_to_the_last_question(player):
    player.start("siding")
    player.press("Дом")
    player.say("700")
    assert player.session.step == "big"
    assert texts(player.say("назад")) == ["Какая площадь стен в квадратных метрах?"]
    assert player.session.step == "area"


@pytest.mark.parametrize("said", ["сайдинг", "siding", "/start siding", "/start"])
def test_while_people_are_on_duty_a_way_in_is_theirs_to_read(player, said):
    _queued(player)
    assert player.say(said) == []
    assert player.session.mode == "queued"
    assert len(player.desk_posts()) == 2


@pytest.mark.parametrize("said", ["сайдинг", "siding", "/start siding", "/start", "plaster"])
def test_while_nobody_is_a_way_in_leads_back_to_the_bot(player, said):
    _queued(player)
    player.wait(9 * HOUR)
    (message,) = player.say(said)
    assert message.buttons or message.text.plain == "Какую фактуру хотите?"
    assert player.session.mode == "bot"


def test_words_within_a_text_do_not_lead_out_of_the_queue(player):
    _queued(player)
    player.wait(9 * HOUR)
    player.say("а сайдинг у вас есть?")
    assert player.session.mode == "queued"


def test_stop_works_in_the_queue(player):
    _queued(player)
    assert texts(player.say("стоп"))[0].startswith("Хорошо, больше не пишу")
    assert player.session.mode == "stopped"
    assert player.desk_posts("system")[-1].text == "Клиент просит больше не писать."


def test_without_queues_but_with_a_desk_people_can_be_called():
    made = definition(tunnel(step("a", say=text("Hi"), handoff=Handoff("gone"))), queues={})
    player = Player(made)
    player.start()
    assert player.session.mode == "queued"
    assert player.desk_posts()[0].queue == ""


def test_without_any_people_the_human_word_is_answered_honestly():
    from tests.tunnel.engine.build import to
    from tunnel.language.definition import Choice

    yes = Choice(text("Да"), "yesyes", to=to("a"))
    player = Player(definition(tunnel(step("a", say=text("Ну?"), choices=(yes,))), queues={}), desk=False)
    player.start()
    (message,) = player.say("оператор")
    assert message.text.plain == "На вопросы здесь отвечаю только я, бот.\n\nНу?"
    assert message.buttons
    assert not any(isinstance(effect, Desk) for effect in player.effects)
    assert all(effect.by == "bot" for effect in player.effects if isinstance(effect, Send))
