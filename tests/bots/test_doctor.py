"""What the doctor says of everything that the program leans on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr

from bots import doctor
from bots.bilingual import Text
from bots.settings import Settings
from bots.verdict import Verdict, well
from channels.base import BadMessage, ChannelDown, SendError

GROUP = {"id": -100, "type": "supergroup", "title": "Desk", "is_forum": True}
ADMIN = {"status": "administrator", "can_manage_topics": True}


@dataclass
class BotStand:
    """A Bot API that answers what it was made with."""

    group: dict[str, Any] = field(default_factory=lambda: dict(GROUP))
    member: dict[str, Any] = field(default_factory=lambda: dict(ADMIN))
    error: SendError | None = None
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def call(self, method: str, params: dict[str, Any]) -> msgspec.Raw:
        self.asked.append((method, params))
        if self.error:
            raise self.error
        return msgspec.Raw(msgspec.json.encode(self.group if method == "getChat" else self.member))


@dataclass
class Owner:
    username: str = ""
    name: str = "Facade"


@dataclass
class Channel:
    owner: Any

    async def me(self) -> Any:
        if isinstance(self.owner, Exception):
            raise self.owner
        return self.owner


async def examined(settings: Settings) -> list[Verdict]:
    return [verdict async for verdict in doctor.examine(settings)]


async def test_the_desk_is_a_forum_in_which_the_bot_may_open_topics() -> None:
    bot = BotStand()
    verdict = await doctor.check_desk(bot, -100, 7)
    assert verdict.render("en") == "✓ operators' desk: Desk"
    assert bot.asked == [("getChat", {"chat_id": -100}), ("getChatMember", {"chat_id": -100, "user_id": 7})]


@pytest.mark.parametrize(
    ("bot", "line", "remedy"),
    [
        (BotStand(group=GROUP | {"is_forum": False}), "✗ operators' desk: Desk has no topics", "switch topics on"),
        (BotStand(member={"status": "member"}), "✗ operators' desk: the bot may not manage", "make the bot an admin"),
        (BotStand(member=ADMIN | {"can_manage_topics": False}), "✗ operators' desk: the bot may not", "make the bot"),
        (BotStand(error=BadMessage("Bad Request: chat not found")), "✗ operators' desk: Bad Request", "add the bot"),
        (BotStand(group={"title": 5}), "✗ operators' desk: ", "add the bot"),
    ],
)
async def test_a_desk_that_is_not_ready(bot: BotStand, line: str, remedy: str) -> None:
    verdict = await doctor.check_desk(bot, -100, 7)
    assert verdict.render("en").startswith(line)
    assert verdict.remedy.en.startswith(remedy)
    assert verdict.remedy.ru


async def test_the_group_s_creator_needs_no_right() -> None:
    assert (await doctor.check_desk(BotStand(member={"status": "creator"}), -100, 7)).ok


@pytest.mark.parametrize(
    ("owner", "name"), [(Owner("facade_bot"), "@facade_bot"), (Owner(), "Facade"), ("Club", "Club")]
)
async def test_a_token_that_is_valid(owner: Any, name: str) -> None:
    verdict = await doctor.check_token("vk", Channel(owner))
    assert verdict.render("en") == f"✓ VK: the token is valid: {name}"


async def test_a_token_that_is_not() -> None:
    verdict = await doctor.check_token("vk", Channel(ChannelDown("User authorization failed", code="5")))
    assert verdict.render("en") == (
        "✗ VK: User authorization failed [5]\n    → is TUNNEL_VK_TOKEN right, and not revoked?"
    )


async def test_a_check_that_does_not_answer_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LONGEST_S", 0)

    async def never() -> Verdict:
        await asyncio.Event().wait()
        return well(Text("", ""))

    verdict = await doctor.in_time(Text("VK", "ВКонтакте"), never())
    assert verdict.render("ru").startswith("✗ ВКонтакте: нет ответа")


async def test_everything_off_is_well_but_for_the_content(redis_server: str, tmp_path: Path) -> None:
    verdicts = await examined(Settings(content=tmp_path / "none", data=tmp_path, redis_url=redis_server))
    assert [verdict.ok for verdict in verdicts] == [False, True, True, True, True, True]
    assert verdicts[0].remedy.en == f"tunnel check {tmp_path / 'none'}"


async def test_everything_unreachable_is_said_and_no_secret_with_it(tmp_path: Path) -> None:
    settings = Settings(
        content=tmp_path,
        data=tmp_path,
        redis_url="redis://:hunter2@127.0.0.1:1/0",
        telegram_token=SecretStr("1:telegram-hush"),
        telegram_api_url="http://127.0.0.1:1",
        vk_token=SecretStr("vk-hush"),
        vk_group_id=1,
        vk_api_url="http://127.0.0.1:1",
        whatsapp_token=SecretStr("whatsapp-hush"),
        whatsapp_phone_number_id="1",
        whatsapp_api_url="http://127.0.0.1:1",
        desk_telegram_chat=-100,
    )
    verdicts = await examined(settings)
    said = "\n".join(verdict.render("en") for verdict in verdicts)
    assert [verdict.ok for verdict in verdicts] == [False] * 7
    assert "hush" not in said
    assert "hunter2" not in said
