"""The same ten-step tunnel, as a careful aiogram user would write it: dispatcher, webhook handler, RedisStorage.

python -m bench.rival_aiogram PORT API_URL REDIS_URL SECRET
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseEventIsolation
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

STEPS = 10
ASKS = {5: "area", 10: "wish"}


class Ten(StatesGroup):
    step1 = State()
    step2 = State()
    step3 = State()
    step4 = State()
    step5 = State()
    step6 = State()
    step7 = State()
    step8 = State()
    step9 = State()
    step10 = State()
    done = State()


STATES = [getattr(Ten, f"step{number}") for number in range(1, STEPS + 1)]
router = Router()


def keyboard(number: int) -> InlineKeyboardMarkup:
    labels = [f"First option {number}", f"Second option {number}", "Too expensive"]
    rows = [[InlineKeyboardButton(text=label, callback_data=f"{number}:{place}")] for place, label in enumerate(labels)]
    return InlineKeyboardMarkup(inline_keyboard=rows)


async def show(message: Message, state: FSMContext, number: int, name: str) -> None:
    if number > STEPS:
        await state.set_state(Ten.done)
        await message.answer("Thank you! A manager will call.")
        return
    await state.set_state(STATES[number - 1])
    if number == 5:
        await message.answer("What is the area of the walls in square metres?")
    elif number == 10:
        area = (await state.get_data())["area"]
        await message.answer(f"The estimate is {area * 1450:,.0f} ₽. What else should we know?")
    else:
        text = f"Step {number} of ten, {name}: which of these suits your house best?"
        await message.answer(text, reply_markup=keyboard(number))


@router.message(CommandStart(deep_link=True))
async def start(message: Message, command: CommandObject, state: FSMContext) -> None:
    assert message.from_user is not None
    await show(message, state, 1, message.from_user.first_name)


for place, step in enumerate(STATES, 1):
    if place in ASKS:
        continue

    @router.callback_query(step, F.data.startswith(f"{place}:"))
    async def pressed(query: CallbackQuery, state: FSMContext, number: int = place) -> None:
        await query.answer()
        assert query.data is not None
        assert isinstance(query.message, Message)
        await state.update_data(object=f"option {query.data}")
        await show(query.message, state, number + 1, query.from_user.first_name)


@router.message(Ten.step5, F.text)
async def area(message: Message, state: FSMContext) -> None:
    assert message.text is not None
    assert message.from_user is not None
    if not message.text.isdigit() or not 10 <= int(message.text) <= 5000:
        await message.answer("Please type a number, such as 120.")
        return
    await state.update_data(area=int(message.text))
    await show(message, state, 6, message.from_user.first_name)


@router.message(Ten.step10, F.text)
async def wish(message: Message, state: FSMContext) -> None:
    assert message.from_user is not None
    await state.update_data(wish=message.text)
    await show(message, state, 11, message.from_user.first_name)


def serve(
    storage: RedisStorage, prepare: Callable[[Dispatcher], object], isolation: BaseEventIsolation | None = None
) -> None:
    """Serve the bot that `prepare` puts into the dispatcher. The command line says where."""
    port, api_url, _, secret = sys.argv[1:5]
    uvloop.install()
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url), limit=1000)
    bot = Bot("1:rival", session=session)
    dispatcher = Dispatcher(storage=storage, events_isolation=isolation)
    prepare(dispatcher)
    app = web.Application()
    # In the background, as by default: kinder to its speed than waiting, though an update can then be lost.
    SimpleRequestHandler(dispatcher, bot, handle_in_background=True, secret_token=secret).register(app, "/webhook")
    # As documented for a webhook; without it nothing that waits for the start (aiogram-dialog does) is told of it.
    setup_application(app, dispatcher, bot=bot)
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=None)


MANY = {"max_connections": 10_000}
"""Without it the pool refuses a hundred customers at once, and their updates are lost."""


def main() -> None:
    storage = RedisStorage.from_url(sys.argv[3], connection_kwargs=MANY)
    serve(storage, lambda dispatcher: dispatcher.include_router(router))


if __name__ == "__main__":
    main()
