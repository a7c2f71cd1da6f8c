"""What customers do can be searched and counted, by the commands that people type; and SQL may be away meanwhile."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from tests.e2e.conftest import Town
from tests.e2e.people import PATIENCE_S
from tests.e2e.program import ROOT, Program

NOWHERE = "postgresql://tunnel:secret@127.0.0.1:1/tunnel"


async def command(program: Program, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bots.cli", *arguments,
        env=program.env | {"PYTHONPATH": str(ROOT)}, cwd=program.folder, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()


async def found(program: Program, words: str) -> dict[str, Any]:
    """Wait until the records hold a message with these words."""
    for _ in range(int(PATIENCE_S)):
        answer: dict[str, Any] = json.loads(await command(program, "contacts", "find", words, "--format", "json"))
        if answer["messages"]:
            return answer
        await asyncio.sleep(0.5)
    raise AssertionError(f"the records never heard {words}:\n{program.log}")


async def test_a_conversation_can_be_searched_and_counted(fresh_town: Town) -> None:
    town = fresh_town
    town.without("vk", "whatsapp", "desk")
    await town.program.start()
    customer = town.customer("telegram")
    await customer.open()
    await customer.hears("Что облицовываем?")
    await customer.press("Дом")
    await customer.hears("Какая площадь стен")
    await customer.say("двести квадратных метров")
    await customer.hears("Напишите число")
    answer = await found(town.program, "ДВЕСТИ квадратный метр")
    (said,) = answer["messages"]
    card = json.loads(await command(town.program, "contacts", "show", said["contact"], "--format", "json"))
    assert (card["contact"]["name"], card["contact"]["step"]) == ("Ольга", "area")
    assert [address["channel"] for address in card["addresses"]] == ["telegram"]
    said_to = [one["row"] for one in card["history"] if one["what"] == "messages" and one["row"]["direction"] == "out"]
    assert {row["status"] for row in said_to} <= {"queued", "sent"}
    assert said_to[0]["external_id"]
    assert (await command(town.program, "contacts", "find", "ольга")).startswith(said["contact"])
    report = json.loads(await command(town.program, "report", "siding", "--format", "json"))
    assert report["contacts"] == 1
    assert report["steps"]["hello"]["left"] == [["press", "Дом", 1]]
    assert report["steps"]["area"]["entered"] == 1
    printed = await command(town.program, "report", "siding", "--since", "1h")
    assert "Дом 1" in printed
    assert "flowchart TD" in printed


async def test_with_sql_away_customers_are_answered_and_nothing_is_lost(fresh_town: Town) -> None:
    town = fresh_town
    town.without("vk", "whatsapp", "telegram", "desk")
    program = town.program
    program.env["TUNNEL_DATABASE_URL"] = NOWHERE
    await program.start()
    customer = town.customer("web")
    await customer.open()
    await customer.hears("Что облицовываем?")
    await customer.press("Дом")
    await customer.hears("Какая площадь стен")
    assert await program.stop() == 0
    assert "the projector waits" in program.log
    assert "secret" not in program.log
    del program.env["TUNNEL_DATABASE_URL"]
    await program.start()
    answer = await found(program, "облицовываем")
    card = json.loads(await command(program, "contacts", "show", answer["messages"][0]["contact"], "--format", "json"))
    messages = [one["row"]["text"] for one in card["history"] if one["what"] == "messages" and one["row"]["text"]]
    assert [text.splitlines()[-1][:12] for text in messages[:2]] == ["Что облицовы", "Дом"]
