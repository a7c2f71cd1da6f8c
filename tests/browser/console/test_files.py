"""What customers send in VK and WhatsApp, opened by an operator: through the program, and never from the messenger."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.console.axe import AXE, findings
from tests.browser.console.desk import Desk
from tests.e2e.conftest import a_town
from tests.e2e.people import OnVk, OnWhatsApp

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PDF = b"%PDF-1.7 plan of the house"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def new_desk(built: None, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A program with VK and WhatsApp; nobody has an account but Anna and her two colleagues."""
    async with a_town(tmp_path_factory.mktemp("files")) as town:
        town.without("telegram", "desk")
        town.program.env["TUNNEL_PUBLIC_URL"] = town.program.url
        desk = Desk(town, chromium)
        yield desk
        await desk.close()
        assert town.complaints == []


async def came(desk: Desk, channel: str, name: str) -> OnVk | OnWhatsApp:
    """A customer who has come by the tunnel's link and asked for a person."""
    customer = desk.town.customer(channel)
    assert isinstance(customer, OnVk | OnWhatsApp)
    if isinstance(customer, OnVk):
        desk.town.vk.users[customer.number]["first_name"] = name
    await customer.open()
    await customer.hears("Что облицовываем?")
    await customer.say("менеджер")
    await customer.hears("ереда")  # "Передаю…", or where the operator's page is not counted yet, "Сообщение передано…"
    return customer


def asked_by(page: Page) -> list[str]:
    """The addresses that the page asks for, from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


async def test_a_vk_photo_is_shown(desk: Desk) -> None:
    anna = await desk.sit("anna")
    page = await anna.open()
    picture = await page.screenshot()
    vera = await came(desk, "vk", "Вероника")
    photo = desk.town.vk.photo(desk.town.vk.keep("impg/house.png", picture))
    assert await vera.post(desk.town.vk.message("Вот наш дом", user=vera.number, attachments=[photo])) == 200
    asked = asked_by(page)
    await anna.find("Вероника")
    image = page.get_by_role("log").locator("a img")
    await expect(image).to_have_count(1)
    await image.scroll_into_view_if_needed()
    await expect(image).to_have_js_property("complete", True)
    assert await image.evaluate("(image) => image.naturalWidth") == 1440
    assert all(url.startswith(desk.url) for url in asked), asked
    assert desk.town.vk.fetched == ["impg/house.png"]


async def test_a_whatsapp_document_is_downloaded(desk: Desk) -> None:
    whatsapp = desk.town.whatsapp
    anna = await desk.sit("anna")
    page = await anna.open()
    lena = await came(desk, "whatsapp", "Ольга")
    assert isinstance(lena, OnWhatsApp)
    media = whatsapp.keep(PDF, "application/pdf")
    assert await lena.post(whatsapp.document(media, "план дома.pdf", phone=lena.phone)) == 200
    asked = asked_by(page)
    await anna.find("Ольга")
    link = page.get_by_role("log").get_by_role("link", name="план дома.pdf")
    async with page.expect_download() as caught:
        await link.click()
    download = await caught.value
    assert download.suggested_filename == "план дома.pdf"
    assert (await download.path()).read_bytes() == PDF
    assert all(url.startswith(desk.url) and whatsapp.token not in url for url in asked), asked


async def test_what_the_messenger_has_deleted_is_told(desk: Desk) -> None:
    vk = desk.town.vk
    anna = await desk.sit("anna", reduced_motion="reduce")
    await anna.context.add_init_script(AXE.read_text())
    page = await anna.open()
    sveta = await came(desk, "vk", "Светлана")
    photo, plan = vk.photo(vk.keep("impg/lost.jpg", b"\xff\xd8")), vk.document(f"{vk.url}/doc/lost", "план.pdf", 9)
    for words, attached in (("Вот план", plan), ("Вот фото", photo)):
        assert await sveta.post(vk.message(words, user=sveta.number, attachments=[attached])) == 200
    del vk.files["impg/lost.jpg"]
    await anna.find("Светлана")
    log = page.get_by_role("log")
    gone = log.get_by_role("alert").filter(has_text="Мессенджер больше не хранит этот файл")
    await log.get_by_text("Вот фото").scroll_into_view_if_needed()
    await expect(gone).to_have_count(1)  # a picture says so by itself
    await log.get_by_role("link", name="план.pdf").click()
    await expect(gone).to_have_count(2)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.reload()  # a switch would still be on its way
        await expect(gone).to_have_count(1)
        assert await findings(page) == []
