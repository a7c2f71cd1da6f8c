"""Customers' ways through the siding tunnel on every channel, on the real program, from outside."""

from __future__ import annotations

import asyncio
import io
import re

import aiohttp
import pytest

from tests.e2e.conftest import SECRET, Town
from tests.e2e.people import Customer, OnSite, OnTelegram, OnVk, OnWhatsApp, until
from tests.fakes.telegram_updates import DESK

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSENGERS = ("telegram", "vk", "whatsapp")
CHANNELS = (*MESSENGERS, "web")
OPERATOR = 77
PDF = "application/pdf"


def plain(text: str) -> str:
    """Without marks, and with spaces that are spaces."""
    return re.sub(r"[*_]", "", text.replace("\u00a0", " "))


async def begin(town: Town, channel: str) -> Customer:
    customer = town.customer(channel)
    await customer.open()
    await customer.hears("Что облицовываем?")
    return customer


async def topic_of(town: Town, sign: str) -> int:
    """The topic at the desk in which something was said."""

    def found() -> int | None:
        posts = (call for call in reversed(town.telegram.said(DESK)) if sign in call.text)
        return next((call.params["message_thread_id"] for call in posts), None)

    return int(await until(found, lambda: [call.text for call in town.telegram.said(DESK)]))


def posts_in(town: Town, thread: int) -> list[str]:
    """What operators read in a topic."""
    return [call.text for call in town.telegram.said(DESK) if call.params.get("message_thread_id") == thread]


async def operator_says(town: Town, thread: int, text: str) -> None:
    update = town.telegram.updates.desk_text(OPERATOR, thread, text)
    assert await town.telegram.deliver(update, f"{town.program.url}/webhooks/telegram") == 200


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_whole_way_to_a_phone_number(town: Town, channel: str) -> None:
    customer = town.customer(channel)
    await customer.open()
    first = await customer.hears("Что облицовываем?")
    if channel != "web":
        assert first.text.startswith("Здравствуйте, Ольга! Я бот компании «Фасад».")
    assert list(first.buttons) == ["Дом", "Баню", "Пока смотрю", "Позвать менеджера"]
    await customer.press("Дом")
    await customer.hears("Какая площадь стен")
    await customer.say("двести")
    await customer.hears("Напишите число — например 120.")
    await customer.say("120")
    assert "174 000 ₽" in plain((await customer.hears("с материалом")).text)  # 120 m² × 1450 ₽
    await customer.say("что-то дорого")
    objection = await customer.hears("рассрочка на год")
    assert list(objection.buttons) == ["Показать рассрочку", "Вернуться"]
    await customer.press("Вернуться")
    assert "174 000 ₽" in plain((await customer.hears("с материалом")).text)
    await customer.say("1.")
    await customer.hears("Оставьте телефон")
    await customer.say("8 (916) 123-45-67")
    await customer.hears("Замерщик свяжется")
    await until(lambda: [call for call in town.telegram.said(DESK) if "Замер:" in call.text])
    assert "9161234567" not in town.program.log


async def test_the_channels_own_button_sends_the_phone_number(town: Town) -> None:
    customer = await begin(town, "telegram")
    assert isinstance(customer, OnTelegram)
    for text in ("дом", "150", "Вызвать замерщика"):
        await customer.say(text)
    asked = await customer.hears("Оставьте телефон")
    assert list(asked.buttons) == ["Отправить мой номер"]
    assert await customer.post(customer.fake.updates.contact(customer.number, "79165550000")) == 200
    await customer.hears("Замерщик свяжется")
    notice = await until(lambda: [call for call in town.telegram.said(DESK) if "+79165550000" in call.text])
    assert notice[0].text.startswith("🔔 Замер: Ольга")


@pytest.mark.parametrize("channel", MESSENGERS)
async def test_a_magnet_is_uploaded_once_and_then_named_by_its_id(town: Town, channel: str) -> None:
    files = []
    for _ in range(2):
        customer = await begin(town, channel)
        await customer.say("3")
        files.append((await customer.hears("12 страниц")).file)
        await customer.hears("Посчитать стоимость")
    uploads = {
        "telegram": [call for call in town.telegram.of("sendDocument") if not isinstance(call.params["document"], str)],
        "vk": [upload for upload in town.vk.uploads if upload["mime"] == PDF],
        "whatsapp": [upload for upload in town.whatsapp.uploads if upload["mime"] == PDF],
    }[channel]
    assert len(uploads) == 1
    assert files[1]


async def test_the_web_chat_gives_its_file_to_its_visitor_alone(town: Town) -> None:
    visitor, stranger = await begin(town, "web"), await begin(town, "web")
    assert isinstance(visitor, OnSite)
    assert isinstance(stranger, OnSite)
    await visitor.press("Пока смотрю")
    path = (await visitor.hears("12 страниц")).file
    assert (await visitor.fetch(path)).startswith(b"%PDF")
    with pytest.raises(AssertionError):
        await stranger.fetch(path)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_human_answers_and_gives_back(town: Town, channel: str) -> None:
    customer = await begin(town, channel)
    await customer.say("Позвать менеджера")
    await customer.hears("Передаю вас менеджеру")
    sign = f"Нужен дом {customer.number} м², дорого?"
    await customer.say(sign)
    thread = await topic_of(town, sign)
    await operator_says(town, thread, "/take")
    await operator_says(town, thread, "Здравствуйте! Чем помочь? **5**")
    heard = await customer.hears("Чем помочь?")
    assert heard.text.endswith(("**5**", "∗∗5∗∗"))  # an operator's words are not markup
    heard_so_far = len(customer.seen)
    await customer.say(f"и ещё {sign}")
    await topic_of(town, f"и ещё {sign}")
    assert len(customer.seen) == heard_so_far  # the bot is silent
    await operator_says(town, thread, "/return")
    await customer.hears("Что облицовываем?")
    await customer.press("Баню")
    await customer.hears("Какая площадь стен")
    await customer.say("700")
    await customer.hears("Передаю вас инженеру")
    await topic_of(town, "Большой объект: баня, 700 м²")
    await operator_says(town, thread, "/close")
    await until(lambda: [post for post in posts_in(town, thread) if "закрыт" in post])
    await customer.say("спасибо")
    await customer.hears("Начать заново")


@pytest.mark.parametrize("channel", MESSENGERS)
async def test_duplicates_one_after_another_and_side_by_side_are_one(town: Town, channel: str) -> None:
    customer = town.customer(channel)
    update = customer.opening()
    assert await customer.post(update) == 200
    assert set(await asyncio.gather(*(customer.post(update) for _ in range(20)))) == {200}
    await customer.hears("Что облицовываем?")
    answer = customer.words("Дом")
    assert set(await asyncio.gather(*(customer.post(answer) for _ in range(10)))) == {200}
    await customer.hears("Какая площадь стен")
    assert await customer.post(answer) == 200
    await customer.say("120")
    await customer.hears("с материалом")
    assert len(customer.seen) == 3


def answered_taps(town: Town) -> list[object]:
    return [*town.telegram.of("answerCallbackQuery"), *town.vk.of("messages.sendMessageEventAnswer")]


@pytest.mark.parametrize("channel", ["telegram", "vk"])
async def test_an_old_button_and_a_double_tap(town: Town, channel: str) -> None:
    before = len(answered_taps(town))
    customer = await begin(town, channel)
    buttons = customer.seen[-1].buttons
    await asyncio.gather(customer.press("Дом"), customer.press("Дом"))
    await customer.hears("Какая площадь стен")
    await customer.say("120")
    await customer.hears("с материалом")
    assert len(customer.seen) == 3
    assert await customer.post(customer.tap(buttons["Баню"], "Баню")) == 200
    await customer.hears("с материалом")
    await until(lambda: len(answered_taps(town)) == before + 3)  # every press is answered


async def test_vk_presses_of_every_shape(town: Town) -> None:
    customer = await begin(town, "vk")
    assert isinstance(customer, OnVk)
    payload = customer.seen[-1].buttons["Дом"]
    assert await customer.post(customer.fake.press(payload, user=customer.number)) == 200  # a string of JSON
    await customer.hears("Какая площадь стен")
    await customer.say("120")
    after = (await customer.hears("с материалом")).buttons["Прислать гид"]
    assert await customer.post(customer.fake.text_press("Прислать гид", after, user=customer.number)) == 200
    await customer.hears("Посчитать стоимость")


async def test_a_whatsapp_list_is_chosen_from(town: Town) -> None:
    customer = await begin(town, "whatsapp")
    assert isinstance(customer, OnWhatsApp)
    row = customer.seen[-1].buttons["Баню"]
    assert await customer.post(customer.fake.list_press(row, "Баню", phone=customer.phone)) == 200
    await customer.hears("Какая площадь стен")


@pytest.mark.parametrize("channel", MESSENGERS)
async def test_stop_is_silence_until_the_customer_writes_again(town: Town, channel: str) -> None:
    customer = await begin(town, channel)
    await customer.say("стоп")
    await customer.hears("больше не пишу")
    await customer.say("отписаться")
    await customer.say("и снова здравствуйте")
    await customer.hears("Что облицовываем?")
    assert len(customer.seen) == 3


async def test_provider_troubles_neither_lose_nor_reorder(town: Town) -> None:
    customer = await begin(town, "telegram")
    town.telegram.fail("sendDocument", status=429, description="Too Many Requests", retry_after=1, chat=customer.number)
    town.telegram.fail("sendDocument", status=502, body=b"<html>", chat=customer.number)
    await customer.press("Пока смотрю")
    await customer.hears("Посчитать стоимость")
    methods = [call.method for call in town.telegram.said(customer.number)]
    assert methods == ["sendMessage", "sendDocument", "sendDocument", "sendDocument", "sendMessage"]


async def test_who_blocks_the_bot_is_left_in_peace(town: Town) -> None:
    customer = await begin(town, "telegram")
    town.telegram.blocked.add(customer.number)
    await customer.press("Пока смотрю")
    await until(lambda: town.telegram.of("sendDocument", customer.number))
    await begin(town, "telegram")  # others go on
    assert len(town.telegram.said(customer.number)) == 2  # the guide was refused; what was to follow was not tried
    town.telegram.blocked.discard(customer.number)
    await customer.say("я вернулась")
    await customer.hears("Посчитать стоимость")


async def test_forged_and_malformed_bodies(town: Town) -> None:
    calls = len(town.telegram.calls), len(town.vk.calls), len(town.whatsapp.calls)
    async with aiohttp.ClientSession(town.program.url) as client:

        async def post(channel: str, body: bytes | io.BytesIO, **headers: str) -> int:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            async with client.post(f"/webhooks/{channel}", data=body, headers=named) as answer:
                return answer.status

        update = b'{"update_id": 1, "message": {"text": "/start siding"}}'
        for secret in ("", "wrong", "пароль"):
            assert await post("telegram", update, X_Telegram_Bot_Api_Secret_Token=secret) == 401
            assert await post("whatsapp", b"{}", X_Hub_Signature_256=f"sha256={secret}") == 401
            forged = town.vk.body(town.vk.message("x", user=5) | {"secret": secret})
            assert await post("vk", forged) == 401
        known = {"X_Telegram_Bot_Api_Secret_Token": SECRET}
        signed = {"X_Hub_Signature_256": town.whatsapp.sign(b"no json")["X-Hub-Signature-256"]}
        assert await post("telegram", b"no json", **known) == 400
        assert await post("whatsapp", b"no json", **signed) == 400
        assert await post("vk", b"no json") == 400
        assert await post("telegram", b"[1, 2]", **known) == 200
        assert await post("telegram", b'{"update_id": 1, "message": {"chat": "?"}}', **known) == 200
        assert await post("telegram", b'{"update_id": 2, "poll": {"id": "1"}}', **known) == 200
        assert await post("vk", town.vk.body(town.vk.update("message_new", 5))) == 200
        assert await post("vk", town.vk.body(town.vk.update("wall_post_new", {}))) == 200
        assert await post("telegram", io.BytesIO(b" " * (2**20 + 1)), **known) == 413
        assert await post("whatsapp", io.BytesIO(b" " * (4 * 2**20))) == 413
    assert (len(town.telegram.calls), len(town.vk.calls), len(town.whatsapp.calls)) == calls


async def test_handshakes(town: Town) -> None:
    question = {"hub.mode": "subscribe", "hub.verify_token": town.whatsapp.verify_token, "hub.challenge": "11582"}
    async with aiohttp.ClientSession(town.program.url) as client:
        async with client.get("/webhooks/whatsapp", params=question) as answer:
            assert (answer.status, await answer.text()) == (200, "11582")
        async with client.get("/webhooks/whatsapp", params=question | {"hub.verify_token": "wrong"}) as answer:
            assert answer.status == 403
        async with client.post("/webhooks/vk", json=town.vk.confirmation_request()) as answer:
            assert (answer.status, await answer.read()) == (200, town.vk.confirmation.encode())
