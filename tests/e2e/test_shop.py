"""The road of a shop: what happened there reaches a person in the messenger, and what the person does comes back."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import aiohttp

from tests.e2e.conftest import Town
from tests.e2e.people import OnTelegram

PHONE = "79160000001"
RUNG = (
    "      - {after: 1h, promo: comeback, say: \"В корзине осталось: {{ event.items | join(', ') }}. Скидка "
    '{{ promo.discount }}: {{ promo.code }}", choices: [{label: Открыть корзину, link: "https://shop.example/cart?a=1"}]}\n'
)
RULES = "  link.clicked: {to: guide}\n  promo.redeemed: {to: accessories}\n"


def rewrite(content: Path) -> None:
    """A ladder of one rung with a code and a link, at any time of the day."""
    settings = content / "settings.yaml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    settings.write_text("".join(line for line in lines if not line.startswith(("quiet:", "frequency:"))))
    tunnel = content / "tunnels/siding.yaml"
    text = tunnel.read_text(encoding="utf-8")
    head, tail = text.split('      - {after: 1h, say: "{{ name')
    tunnel.write_text(f"{head}{RUNG}{RULES}{tail[tail.index('  order.paid:') :]}", encoding="utf-8")


async def test_a_cart_left_behind_is_followed_up_and_the_code_is_used(fresh_town: Town) -> None:
    town = fresh_town
    town.without("vk", "whatsapp")
    town.program.env["TUNNEL_EVENTS_TOKENS"] = "shop=shop-token"
    rewrite(town.program.folder / "content")
    await town.program.start()
    headers = {"Authorization": "Bearer shop-token"}
    async with aiohttp.ClientSession(town.program.url, headers=headers) as shop:

        async def post(path: str, body: Any) -> tuple[int, Any]:
            async with shop.post(path, json=body) as answer:
                return answer.status, await answer.json()

        cart = {
            "id": "cart-17",
            "name": "cart.abandoned",
            "contact": {"phone": f"+{PHONE}"},
            "data": {"items": ["Сайдинг", "Софит"], "total": 4990},
            "at": time.time() - 3600,
        }
        # Before anybody is known by this phone; and a repetition.
        assert await post("/api/events", cart) == (202, {"accepted": 1, "duplicates": 0, "rejected": []})
        assert await post("/api/events", [cart]) == (202, {"accepted": 0, "duplicates": 1, "rejected": []})

        customer = town.customer("telegram")
        assert isinstance(customer, OnTelegram)
        await customer.open()
        await customer.hears("Что облицовываем?")
        shared = town.telegram.updates.contact(customer.number, PHONE, owner=customer.number)
        assert await customer.post(shared) == 200
        letter = await customer.hears("В корзине осталось: Сайдинг, Софит")
        (code,) = re.findall(r"DOM-\w{6}", letter.text)

        link = letter.buttons["Открыть корзину"]
        assert link.startswith("http://bot.example/l/")
        here = link.removeprefix("http://bot.example")
        async with shop.head(here, allow_redirects=False) as answer:
            assert answer.status == 302
        async with shop.get(here, headers={"User-Agent": "Mozilla/5.0"}, allow_redirects=False) as answer:
            goal = answer.headers["Location"]
        assert goal.startswith("https://shop.example/cart?a=1&utm_source=telegram&utm_medium=messenger&")
        assert goal.endswith("&utm_campaign=siding&utm_content=cart.abandoned")
        await customer.hears("Посчитать стоимость")  # the click led on

        status, used = await post("/api/promos/redeem", {"code": code.lower(), "order": 17, "total": 4491})
        assert (status, used["promo"], used["discount"]) == (200, "comeback", "10%")
        await customer.hears("Водостоки")  # the redemption led on
        assert (await post("/api/promos/redeem", {"code": code, "order": 17}))[0] == 200
        assert (await post("/api/promos/redeem", {"code": code, "order": 18}))[0] == 409
    assert len([seen for seen in customer.seen if "Водостоки" in seen.text]) == 1
    assert "shop-token" not in town.program.log
    assert PHONE not in town.program.log
