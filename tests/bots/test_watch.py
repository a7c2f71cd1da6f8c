"""The hourly look at the webhooks."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from bots.bilingual import Text
from bots.metrics import REGISTRY
from bots.verdict import Verdict, well, wrong
from bots.watch import WebhookWatch

WELL = well(Text("points here", "приходят сюда"))
WRONG = wrong(Text("updates go elsewhere", "обновления уходят не сюда"), Text("set it", "задайте"))


class Stand:
    """A messenger that says one thing after the other, then the last again."""

    def __init__(self, *verdicts: Verdict) -> None:
        self.verdicts = list(verdicts)
        self.looks = asyncio.Semaphore(0)

    async def check(self) -> Verdict:
        self.looks.release()
        return self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]


def gauge(channel: str) -> float | None:
    return REGISTRY.get_sample_value("tunnel_webhook_ok", {"channel": channel})


async def test_a_webhook_gone_astray_is_said_and_counted() -> None:
    watch = WebhookWatch({"telegram": Stand(WELL), "vk": Stand(WRONG)})
    with capture_logs() as logs:
        await watch.look()
    assert [(line["log_level"], line["cause"], line["remedy"]) for line in logs] == [
        ("error", "updates go elsewhere", "set it")
    ]
    assert (gauge("telegram"), gauge("vk")) == (1.0, 0.0)


class Broken:
    """A check that fails in our own code."""

    async def check(self) -> Verdict:
        raise TypeError("'int' object is not subscriptable: token=secret")


async def test_a_look_that_fails_in_our_own_code_ends_nothing() -> None:
    watch = WebhookWatch({"vk": Broken(), "telegram": Stand(WELL)})
    with capture_logs() as logs:
        await watch.look()
    assert [(line["log_level"], line["channel"], line["kind"]) for line in logs] == [("error", "vk", "TypeError")]
    assert "secret" not in str(logs)
    assert (gauge("telegram"), gauge("vk")) == (1.0, 0.0)


async def test_it_looks_again_and_again_until_it_is_stopped() -> None:
    stand = Stand(WRONG, WELL)
    watch = WebhookWatch({"telegram": stand}, first_after_s=0.0, every_s=0.001)
    running = asyncio.create_task(watch.run())
    for _ in range(3):
        await stand.looks.acquire()
    watch.stop()
    await asyncio.wait_for(running, 10)
    assert gauge("telegram") == 1.0


async def test_nothing_is_asked_of_a_messenger_before_the_first_pause_is_over() -> None:
    stand = Stand(WELL)
    watch = WebhookWatch({"telegram": stand})
    running = asyncio.create_task(watch.run())
    await asyncio.sleep(0)
    watch.stop()
    await asyncio.wait_for(running, 10)
    assert stand.looks.locked()
