"""What is accepted survives kills, hangs and an absent Redis; a stop is orderly. Each test has a program of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from state.embedded import dying_with_us
from tests.conftest import wait_for_redis
from tests.e2e.conftest import Town
from tests.e2e.people import OnSite, until
from tests.e2e.program import ROOT, Program, free_port


async def test_a_kill_between_the_200_and_the_answer(fresh_town: Town) -> None:
    town = fresh_town
    await town.program.start()
    customers = [town.customer(channel) for channel in ("telegram", "vk", "whatsapp")]
    town.telegram.hang("sendMessage")
    town.vk.hang("messages.send")
    town.whatsapp.hang("messages")
    for customer in customers:
        await customer.open()
    crowd = [town.customer("telegram") for _ in range(20)]
    await asyncio.gather(*(customer.open() for customer in crowd))
    await town.program.kill()
    hung = len(town.telegram.said(customers[0].number))  # what was on the wire has no answer and may come again
    await town.program.start()
    for customer in (*customers, *crowd):
        await customer.hears("Что облицовываем?")
    for customer in customers:
        await customer.say("Дом")
        await customer.hears("Какая площадь стен")
    assert len(customers[0].seen) <= hung + 2
    assert [len(customer.seen) for customer in customers[1:]] == [2, 2]


async def test_a_kill_during_an_upload(fresh_town: Town) -> None:
    town = fresh_town
    town.without("vk", "whatsapp")
    await town.program.start()
    customer = town.customer("telegram")
    await customer.open()
    await customer.hears("Что облицовываем?")
    town.telegram.hang("sendDocument")
    await customer.press("Пока смотрю")
    await until(lambda: town.telegram.of("sendDocument"))
    await town.program.kill()
    await town.program.start()
    await customer.hears("Посчитать стоимость")
    assert [call.method for call in town.telegram.said(customer.number)] == [
        "sendMessage", "sendDocument", "sendDocument", "sendMessage",
    ]  # fmt: skip


async def test_a_conversation_goes_on_after_a_restart(fresh_town: Town) -> None:
    town = fresh_town
    town.without("telegram", "whatsapp", "desk")
    await town.program.start()
    talker, visitor = town.customer("vk"), town.customer("web")
    assert isinstance(visitor, OnSite)
    for customer in (talker, visitor):
        await customer.open()
        await customer.hears("Что облицовываем?")
        await customer.press("Дом")
        await customer.hears("Какая площадь стен")
    assert await town.program.stop() == 0  # with the visitor's stream open
    await town.program.start()
    await visitor.reconnect()
    for customer in (talker, visitor):
        await customer.say("120")
        await customer.hears("с материалом")
        assert len(customer.seen) == 3


async def test_a_stop_does_not_wait_for_a_send_that_hangs(fresh_town: Town) -> None:
    town = fresh_town
    town.without("vk", "whatsapp")
    await town.program.start()
    customer = town.customer("telegram")
    town.telegram.hang("sendMessage")
    await customer.open()
    await until(lambda: town.telegram.said(customer.number))
    assert await town.program.stop() == 0
    await town.program.start()
    await until(lambda: len(town.telegram.said(customer.number)) == 2)


async def test_redis_may_go_and_come_back(fresh_town: Town, redis_binary: Path, tmp_path: Path) -> None:
    town = fresh_town
    town.without("vk", "whatsapp")
    port = free_port()
    town.program.env["TUNNEL_REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    command = [
        str(redis_binary),
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--dir",
        str(tmp_path),
        "--appendonly",
        "yes",
        "--save",
        "",
    ]
    command += ["--appendfsync", "always"]
    with _redis(command, port) as first:
        await town.program.start()
        customer = town.customer("telegram")
        await customer.open()
        await customer.hears("Что облицовываем?")
        first.kill()
        first.wait()
        answer = customer.words("Дом")
        assert await customer.post(answer) == 503
    with _redis(command, port):
        statuses = [await customer.post(answer)]
        while statuses[-1] == 503:  # as the messenger does
            await asyncio.sleep(0.2)
            statuses.append(await customer.post(answer))
        assert statuses[-1] == 200
        await customer.hears("Какая площадь стен")
        # The greeting twice, if Redis went between its sending and its being written down; the answer to it once.
        assert len([seen for seen in customer.seen if "площадь" in seen.text]) == 1
        assert await town.program.stop() == 0


async def test_a_stop_while_redis_is_waited_for(fresh_town: Town) -> None:
    program = fresh_town.program
    program.env["TUNNEL_REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    starting = asyncio.create_task(program.start())
    await until(lambda: program.log_path.exists() and "waiting for Redis" in program.log)
    starting.cancel()
    assert await program.stop() == 0


@contextmanager
def _redis(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(dying_with_us(command), stdout=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            wait_for_redis(process, Redis(port=port))
            yield process
        finally:
            process.terminate()


async def _run(program: Program) -> tuple[int, str]:
    """Start what cannot start; its exit code and what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bots.cli", "run",
        env=program.env | {"PYTHONPATH": str(ROOT)}, cwd=program.folder,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


@pytest.fixture
def lonely_program(tmp_path: Path) -> Program:
    """No messenger is on."""
    return Program(tmp_path, {})


async def test_broken_content_does_not_start(lonely_program: Program, tmp_path: Path) -> None:
    content = tmp_path / "content"
    (content / "tunnels").mkdir(parents=True)
    (content / "settings.yaml").write_text("company: A\ntimezone: Europe/London\nlanguage: en\ndefault: a\n")
    (content / "tunnels" / "a.yaml").write_text(
        "tunnel: a\ntitle: A\nstart: helo\nstages:\n  s: {title: S, result: r, within: 1d}\n"
        "steps:\n  hello:\n    stage: z\n    say: Hi {{ nme }}\n    choices: [{label: A, to: nowhere}]\n"
    )
    lonely_program.env["TUNNEL_CONTENT"] = str(content)
    code, output = await _run(lonely_program)
    assert code != 0
    for place, wrong in (("3:8", "helo"), ("8:12", "z"), ("9:", "nme"), ("10:", "nowhere")):
        assert any(f"a.yaml:{place}" in line and wrong in line for line in output.splitlines()), (place, output)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"TUNNEL_TELEGRAM_TOKN": "1:x"}, "TUNNEL_TELEGRAM_TOKEN"),
        ({"TUNNEL_VK_TOKEN": "x"}, "TUNNEL_VK_GROUP_ID"),
        ({"TUNNEL_TELEGRAM_TOKEN": "1:x", "TUNNEL_PUBLIC_URL": "https://a.example"}, "TUNNEL_TELEGRAM_SECRET"),
    ],
)
async def test_wrong_settings_do_not_start(lonely_program: Program, wrong: dict[str, str], named: str) -> None:
    lonely_program.env |= wrong
    code, output = await _run(lonely_program)
    assert code != 0
    assert named in output
