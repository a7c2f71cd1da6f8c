"""docs/reference/http.md names every route that the program has, and every refusal."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from pydantic import SecretStr

from bots.app import running
from bots.content import Content
from bots.server import build_server
from bots.settings import Settings

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/reference/http.md").read_text(encoding="utf-8")
CHAT = PAGE.partition("## The site's chat")[2].partition("## Health")[0]
WEBHOOKS = PAGE.partition("## The site's chat")[0]


def refusals(module: str, name: str) -> set[tuple[int, str]]:
    """The status and the word of every call of `name` in a module."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    called = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    calls = [node for node in called if name in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))]
    found = set()
    for call in calls:
        values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        status = next((value for value in values if isinstance(value, int)), None)
        if status is not None:
            found.add((status, next(value for value in values if isinstance(value, str))))
    return found


async def test_every_route_is_on_the_page(redis_url: str, tmp_path: Path) -> None:
    settings = Settings(
        content=ROOT / "content",
        data=tmp_path,
        redis_url=redis_url,
        port=0,
        public_url="https://bot.example.com",
        telegram_token=SecretStr("1:token"),
        telegram_secret=SecretStr("word"),
        vk_token=SecretStr("token"),
        vk_group_id=1,
        whatsapp_token=SecretStr("token"),
        whatsapp_phone_number_id="15",
        whatsapp_app_secret=SecretStr("word"),
    )
    async with running(settings, Content.load(settings.content), frozenset({"webhook"}), poll=False) as app:
        routes = {(route.method, route.resource.canonical) for route in build_server(app).router.routes()}
    documented = set(re.findall(r"`(GET|POST) (/[^`\s]*)`", PAGE))
    assert {(method, path.replace("{tunnel}", "{link}")) for method, path in routes if method != "HEAD"} == documented


def test_every_refusal_of_the_chat_is_on_the_page() -> None:
    for status, code in refusals("channels/web/http.py", "Rejected") | refusals("channels/web/posts.py", "Rejected"):
        assert re.search(rf"\| [\d, ]*{status}[\d, ]* \|[^|]*`{code}`", CHAT), (status, code)
    for status, code in refusals("channels/web/http.py", "_refuse"):
        assert re.search(rf"\| {status} \|[^|]*`{code}`", CHAT), (status, code)


def test_every_refusal_of_the_webhooks_is_on_the_page() -> None:
    statuses = {status for status, _ in refusals("bots/webhook.py", "_refuse")}
    assert statuses == {400, 401, 408, 413, 503}
    for status in statuses | {200, 403}:
        assert f"| {status} |" in WEBHOOKS
