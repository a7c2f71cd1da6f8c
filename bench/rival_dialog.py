"""The same ten-step tunnel in aiogram-dialog: a window a step, its own way of showing, data in its RedisStorage.

Its default is kept: after a press it edits the message shown, where the tunnel sends another one; so it makes no more
calls than the others.

python -m bench.rival_dialog PORT API_URL REDIS_URL SECRET
"""

from __future__ import annotations

import sys
from typing import Any

from aiogram import Dispatcher, Router
from aiogram.enums import ContentType
from aiogram.filters import CommandStart
from aiogram.fsm.storage.base import DefaultKeyBuilder
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import Button, Column
from aiogram_dialog.widgets.text import Const, Format

from bench.rival_aiogram import MANY, STATES, STEPS, Ten, serve

router = Router()


async def pressed(_: CallbackQuery, button: Button, manager: DialogManager) -> None:
    manager.dialog_data["object"] = f"option {button.widget_id}"
    await manager.next()


async def area(message: Message, _: MessageInput, manager: DialogManager) -> None:
    if not (message.text or "").isdigit() or not 10 <= int(message.text or 0) <= 5000:
        await message.answer("Please type a number, such as 120.")
        return
    manager.dialog_data["area"] = int(message.text or 0)
    await manager.next()


async def wish(message: Message, _: MessageInput, manager: DialogManager) -> None:
    manager.dialog_data["wish"] = message.text
    await manager.next()


async def named(dialog_manager: DialogManager, **_: Any) -> dict[str, Any]:
    user = dialog_manager.event.from_user
    return {"name": user.first_name if user else ""}


async def estimated(dialog_manager: DialogManager, **_: Any) -> dict[str, Any]:
    return {"estimate": f"{dialog_manager.dialog_data['area'] * 1450:,.0f}"}


def window(number: int) -> Window:
    state = STATES[number - 1]
    if number == 5:
        asked = Const("What is the area of the walls in square metres?")
        return Window(asked, MessageInput(area, content_types=[ContentType.TEXT]), state=state)
    if number == 10:
        asked = Format("The estimate is {estimate} ₽. What else should we know?")
        return Window(asked, MessageInput(wish, content_types=[ContentType.TEXT]), state=state, getter=estimated)
    labels = (f"First option {number}", f"Second option {number}", "Too expensive")
    buttons = [Button(Const(label), id=f"b{number}_{place}", on_click=pressed) for place, label in enumerate(labels)]
    text = f"Step {number} of ten, {{name}}: which of these suits your house best?"
    return Window(Format(text), Column(*buttons), state=state, getter=named)


@router.message(CommandStart(deep_link=True))
async def start(_: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(Ten.step1, mode=StartMode.RESET_STACK)


def prepare(dispatcher: Dispatcher) -> None:
    windows = [window(number) for number in range(1, STEPS + 1)]
    dispatcher.include_router(router)
    dispatcher.include_router(Dialog(*windows, Window(Const("Thank you! A manager will call."), state=Ten.done)))
    setup_dialogs(dispatcher)


def main() -> None:
    keys = DefaultKeyBuilder(with_destiny=True)
    storage = RedisStorage.from_url(sys.argv[3], key_builder=keys, connection_kwargs=MANY)
    # The library's own isolation begins after it has read a press's context: an answer at once would be lost.
    serve(storage, prepare, SimpleEventIsolation())


if __name__ == "__main__":
    main()
