"""What a customer meets at the chat's page."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.async_api import expect

from channels.web import PageInfo
from channels.web.texts import TEXTS
from tests.browser.visitor import NewVisitor, Visitor, chip, talk, write
from tests.channels.web.stand import Stand, say
from tunnel.events import Press, Start, Text
from tunnel.messages import Button, Media, Message, RichText, Span

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


HELLO = "Здравствуйте! Я бот компании «Фасад». За минуту помогу выбрать материал.\nЧто облицовываем?"
AREA = "Какая площадь стен в квадратных метрах?"
PRICE = "Ориентир по вашему объекту — от 174 000 ₽ с материалом."


async def test_a_first_visit_begins_the_tunnel(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open("/chat/siding?utm_source=vk&utm_campaign=Весна")
    await expect(chip(page, "Дом")).to_be_visible()
    await expect(page.get_by_role("heading", name="Фасад")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="на связи")).to_be_visible()
    assert await talk(page) == [HELLO]
    [event] = stand.bot.events
    assert isinstance(event, Start)
    assert event.ref == "siding"
    assert event.source == {"utm_source": "vk", "utm_campaign": "Весна"}
    assert event.profile is not None
    assert event.profile.timezone


async def test_the_whole_tunnel(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await chip(page, "Пока смотрю").click()
    guide = page.get_by_role("link", name="Скачать: Гид «Сайдинг или штукатурка».pdf")
    async with page.expect_download() as download:
        await guide.click()
    saved = await download.value
    assert saved.suggested_filename == "Гид «Сайдинг или штукатурка».pdf"
    assert Path(await saved.path()).read_bytes() == (stand.roots.content / "files/guide.pdf").read_bytes()
    await chip(page, "Да").click()
    await expect(page.get_by_text(AREA)).to_be_visible()
    await write(page, "120")
    await expect(page.get_by_text("174 000 ₽")).to_be_visible()
    await chip(page, "Вызвать замерщика").click()
    number = page.get_by_label("Номер телефона")
    assert await number.get_attribute("type") == "tel"
    await number.fill("+7 900 123-45-67")
    await chip(page, "Отправить номер").click()
    await expect(page.get_by_text("Спасибо!")).to_be_visible()
    kinds = [type(event) for event in stand.bot.events]
    assert kinds == [Start, Press, Press, Text, Press, Text]
    assert (await talk(page))[-4:] == [
        "> Вызвать замерщика",
        "Оставьте телефон — замерщик позвонит и согласует время.",
        "> +7 900 123-45-67",
        "Спасибо! Замерщик свяжется с вами в рабочее время.",
    ]


async def test_a_reload_keeps_the_history_and_begins_nothing(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open("/chat/siding?utm_source=vk")
    await chip(page, "Дом").click()
    await expect(page.get_by_text(AREA)).to_be_visible()
    before = await talk(page)
    await page.reload()
    await expect(page.get_by_text(AREA)).to_be_visible()
    await write(page, "120")
    await expect(page.get_by_text("174 000 ₽")).to_be_visible()
    assert (await talk(page))[: len(before)] == before == [HELLO, "> Дом", AREA]
    assert [type(event) for event in stand.bot.events] == [Start, Press, Text]
    await expect(page.locator(".chip.chosen")).to_have_text("Дом")


@pytest.mark.parametrize("path", ["/chat/vacuum", "/chat/siding?utm_source=mail"])
async def test_another_link_is_another_arrival(stand: Stand, visitor: Visitor, path: str) -> None:
    page = await visitor.open("/chat/siding?utm_source=vk")
    await expect(chip(page, "Дом")).to_be_visible()
    await page.goto(stand.url + path)
    await expect(chip(page, "Дом")).to_have_count(2)
    await page.reload()
    await expect(chip(page, "Дом")).to_have_count(2)
    first, second = stand.bot.events
    assert isinstance(first, Start)
    assert isinstance(second, Start)
    assert (first.ref, first.source) != (second.ref, second.source)


async def test_edge_07_a_double_click_is_one_press(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await chip(page, "Дом").dblclick()
    await expect(page.get_by_text(AREA)).to_be_visible()
    await write(page, "120")
    await expect(page.get_by_text("174 000 ₽")).to_be_visible()
    assert [type(event) for event in stand.bot.events] == [Start, Press, Text]
    assert (await talk(page)).count("> Дом") == 1


async def test_edge_07_a_second_click_on_what_slid_under_it_is_no_press(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    await chip(page, "Пока смотрю").click()
    await chip(page, "Да").dispatch_event("click", {"detail": 2})
    await chip(page, "Нет").click()
    await expect(page.locator(".you")).to_have_count(2)
    assert [event.token for event in stand.bot.events if isinstance(event, Press)] == ["1.hello.guide", "1.guide.no"]


async def test_edge_07_an_old_button_is_quiet_and_still_answers(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await chip(page, "Дом").click()
    await expect(page.get_by_text(AREA)).to_be_visible()
    await write(page, "120")
    await expect(chip(page, "Дорого")).to_be_visible()
    assert await page.locator(".chips").first.evaluate("(group) => group.classList.contains('quiet')")
    assert not await page.locator(".chips").last.evaluate("(group) => group.classList.contains('quiet')")
    await chip(page, "Позвать менеджера").click()
    await expect(page.get_by_text("174 000 ₽")).to_have_count(2)
    assert (await talk(page))[-2:] == ["> Позвать менеджера", PRICE]


async def test_enter_sends_and_shift_enter_breaks_the_line(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    field = page.get_by_label("Сообщение")
    await field.press_sequentially("раз")
    await field.press("Shift+Enter")
    await field.press_sequentially("два")
    await field.press("Enter")
    await expect(page.locator(".you")).to_have_count(1)
    await expect(field).to_have_value("")
    await expect(page.locator(".you[data-state=sent]")).to_have_count(1)
    assert [event.text for event in stand.bot.events if isinstance(event, Text)] == ["раз\nдва"]


async def test_a_keyboard_is_enough(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await chip(page, "Дом").focus()
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Баню"
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(AREA)).to_be_visible()
    assert [event.label for event in stand.bot.events if isinstance(event, Press)] == ["Баню"]


async def test_edge_14_too_long_a_text_is_not_sent_and_not_lost(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    field = page.get_by_label("Сообщение")
    await field.fill("😀" * 4096)
    await expect(page.get_by_text("4096 / 4096")).to_be_visible()
    await expect(page.get_by_label("Отправить")).to_be_enabled()
    await field.fill("😀" * 4097)
    await expect(page.get_by_label("Отправить")).to_be_disabled()
    await field.press("Enter")
    await expect(field).to_have_value("😀" * 4097)
    assert not any(isinstance(event, Text) for event in stand.bot.events)


async def test_edge_14_a_refused_text_comes_back_with_the_cause(visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    await page.route("**/messages", lambda route: route.fulfill(status=413, json={"error": "too_large"}))
    await write(page, "слишком длинно")
    await expect(page.get_by_text(TEXTS["ru"]["too_large"])).to_be_visible()
    await expect(page.get_by_label("Сообщение")).to_have_value("слишком длинно")
    await expect(page.get_by_label("не отправлено")).to_be_visible()


EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'>{{7*7}}&lt;b&gt;"


async def test_edge_13_nothing_anybody_wrote_is_run(stand: Stand, visitor: Visitor) -> None:
    stand.info = PageInfo(EVIL, EVIL, "ru")
    page = await visitor.open("/chat/siding?utm_source=" + "<script>alert(3)</script>")
    await expect(chip(page, "Дом")).to_be_visible()
    await write(page, EVIL)
    await expect(page.locator(".you[data-state=sent]")).to_have_count(1)
    address = stand.bot.events[0].address
    evil = RichText(EVIL, (Span("bold", 0, 4), Span("link", 5, 3, "javascript:alert(4)"), Span("italic", 2, 99)))
    media = (Media("document", "files/guide.pdf", name=f"{EVIL}.pdf"), Media("image", "files/no.png", name=EVIL))
    buttons = (
        Button(EVIL, "1.a.b"),
        Button("Ссылка", link="javascript:alert(5)"),
        Button("Да", link="data:text/html,x"),
    )
    await stand.bot.tell(address, Message(text=evil, media=media, buttons=buttons, ask_phone=EVIL))
    await expect(page.get_by_role("button", name=EVIL, exact=True)).to_have_count(2)
    assert await page.get_by_role("heading").text_content() == EVIL
    assert (await talk(page))[1] == "> " + EVIL
    assert EVIL in (await talk(page))[-1]
    assert await page.locator("#log script, #log [onerror], #log a[href^=javascript], #log a[href^=data]").count() == 0
    assert await page.locator(".chip").filter(has_text="Ссылка").count() == 0


async def test_marks_and_links_are_drawn(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    text = "😀 жирный и курсив, ссылка. См. https://example.com/a?b=1, да"
    spans = (Span("bold", 2, 15), Span("italic", 11, 6), Span("link", 19, 6, "https://example.com/x"))
    address = stand.bot.events[0].address
    await stand.bot.tell(address, Message(text=RichText(text, spans)))
    last = page.locator("#log > .us .bubble").last
    await expect(last.locator("strong")).to_have_text("жирный и курсив")
    await expect(last.locator("strong em")).to_have_text("курсив")
    links = last.locator("a")
    assert await links.evaluate_all("(all) => all.map((one) => [one.textContent, one.href, one.target, one.rel])") == [
        ["ссылка", "https://example.com/x", "_blank", "noopener noreferrer"],
        ["https://example.com/a?b=1", "https://example.com/a?b=1", "_blank", "noopener noreferrer"],
    ]
    assert (await talk(page))[-1] == text


async def test_a_link_button_opens_a_new_tab_and_says_nothing(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    await stand.bot.tell(
        stand.bot.events[0].address, say("Работы", f"Смотреть={stand.url.replace('http:', 'https:')}/x")
    )
    link = page.get_by_role("link", name="Смотреть")
    assert await link.get_attribute("target") == "_blank"
    assert await link.get_attribute("rel") == "noopener noreferrer"


async def test_pictures_are_shown_and_odd_files_are_cards(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    shot = await page.screenshot()
    (stand.roots.content / "files/team.png").write_bytes(shot)
    address = stand.bot.events[0].address
    media = (Media("image", "files/team.png"), Media("document", "files/page.html"), Media("image", "files/a.svg"))
    await stand.bot.tell(address, Message(text=RichText("Смотрите"), media=media))
    image = page.get_by_role("img", name="team.png")
    await expect(image).to_be_visible()
    await page.wait_for_function("document.querySelector('.media img').naturalWidth > 0")
    await expect(page.locator(".file")).to_have_count(2)
    names = [unquote(str(await card.get_attribute("download"))) for card in await page.locator(".file").all()]
    assert names == ["page.html", "a.svg"]


async def test_days_stand_between_messages(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await page.clock.install(time=stand.now)
    await page.reload()
    await expect(chip(page, "Дом")).to_be_visible()
    address = stand.bot.events[0].address
    stand.now += 24 * 3600
    await stand.bot.tell(address, say("назавтра"))
    stand.now += 400 * 24 * 3600
    await stand.bot.tell(address, say("через год"))
    await expect(page.locator("#log > .line")).to_have_count(3)
    await page.clock.set_fixed_time(stand.now)
    await page.reload()
    await expect(page.locator(".day")).to_have_text(["21 сентября 2026 г.", "22 сентября 2026 г.", "Сегодня"])


async def test_dots_while_the_answer_is_awaited_and_none_where_people_answer(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    await page.clock.install()
    stand.bot.mute = True
    dots = page.get_by_role("img", name="Собеседник печатает")
    await write(page, "алло")
    await expect(page.locator(".you[data-state=sent]")).to_have_count(1)
    await page.clock.run_for(400)
    await expect(dots).to_be_visible()
    await page.clock.run_for(7000)
    await expect(dots).to_be_hidden()
    await write(page, "алло?")
    await expect(page.locator(".you[data-state=sent]")).to_have_count(2)
    await page.clock.run_for(400)
    await expect(dots).to_be_hidden()
    await stand.bot.tell(stand.bot.events[0].address, say("Это менеджер."))
    await expect(page.get_by_text("Это менеджер.")).to_be_visible()
    await write(page, "добрый день")
    await expect(page.locator(".you[data-state=sent]")).to_have_count(3)
    await page.clock.run_for(400)
    await expect(dots).to_be_visible()
    await stand.bot.tell(stand.bot.events[0].address, say("Слушаю."))
    await expect(dots).to_be_hidden()


async def test_whoever_reads_above_is_not_pulled_down(stand: Stand, visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    address = stand.bot.events[0].address
    for number in range(30):
        await stand.bot.tell(address, say(f"строка {number}"))
    await expect(page.get_by_text("строка 29")).to_be_in_viewport()
    await page.locator("#scroll").evaluate("(area) => area.scrollTo(0, 0)")
    down = page.get_by_label("К новым сообщениям")
    await expect(down).to_be_visible()
    await stand.bot.tell(address, say("новое"))
    await expect(down).to_have_text("1")
    await expect(page.get_by_text("новое")).not_to_be_in_viewport()
    await down.click()
    await expect(page.get_by_text("новое")).to_be_in_viewport()
    await expect(down).to_be_hidden()


async def test_the_page_speaks_english_where_the_content_does(stand: Stand, visitor: Visitor) -> None:
    stand.info = PageInfo("Facade", "Siding", "en")
    page = await visitor.open()
    await expect(page.get_by_placeholder("Message")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="online")).to_be_visible()
    assert await page.get_attribute("html", "lang") == "en"


# --- looks


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_nothing_is_wider_than_the_window(stand: Stand, new_visitor: NewVisitor, width: int) -> None:
    visitor = await new_visitor(viewport={"width": width, "height": 568})
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    address = stand.bot.events[0].address
    wide = "ф" * 300
    media = (Media("document", "files/guide.pdf", name=wide),)
    await stand.bot.tell(
        address, Message(text=RichText(wide), media=media, buttons=(Button(wide, "1.a.b"),), ask_phone=wide)
    )
    await write(page, wide)
    await expect(page.locator(".you[data-state=sent]")).to_have_count(1)
    too_wide = await page.evaluate(
        """() => [...document.querySelectorAll('.shell *')].filter((one) =>
            !one.closest('.unseen, svg') && one.getBoundingClientRect().right > innerWidth + 0.5
        ).map((one) => one.className)"""
    )
    assert too_wide == []
    await expect(page.get_by_label("Сообщение")).to_be_in_viewport()


CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const paint = (color, below) => {
        canvas.fillStyle = below; canvas.fillRect(0, 0, 1, 1);
        canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
        return [`rgb(${r},${g},${b})`, [r, g, b]];
    };
    const ground = (node) => {
        const above = node.parentElement ? ground(node.parentElement) : 'rgb(255,255,255)';
        return paint(getComputedStyle(node).backgroundColor, above)[0];
    };
    const light = (rgb) => {
        const [r, g, b] = rgb.map((x) => x / 255).map((x) => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    return [...document.querySelectorAll('.shell *')].filter((one) =>
        one.checkVisibility() && !one.matches('.unseen, :disabled') && !one.closest('svg, .avatar') &&
        [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())).map((one) => {
            const below = ground(one);
            const a = light(paint(getComputedStyle(one).color, below)[1]), b = light(paint(below, below)[1]);
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            return [`${one.tagName}.${one.className}`, Math.round(ratio * 100) / 100];
        });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_stand_out_from_their_ground(stand: Stand, new_visitor: NewVisitor, scheme: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1."""
    visitor = await new_visitor(color_scheme=scheme, reduced_motion="reduce")
    page = await visitor.open()
    await chip(page, "Пока смотрю").click()
    await expect(chip(page, "Да")).to_be_visible()
    await stand.bot.tell(stand.bot.events[0].address, say("Телефон?", ask_phone="Отправить номер"))
    await page.route("**/messages", lambda route: route.fulfill(status=413, json={"error": "too_large"}))
    await write(page, "x")
    await expect(page.locator(".why")).to_be_visible()
    await visitor.context.set_offline(True)
    await expect(page.locator("#banner")).to_be_visible()
    await page.get_by_label("Сообщение").fill("х" * 4097)
    measured = await page.evaluate(CONTRAST)
    assert len(measured) > 15
    assert [pair for pair in measured if pair[1] < 4.5] == []
    await visitor.context.set_offline(False)


async def test_motion_is_left_out_where_it_is_not_wanted(new_visitor: NewVisitor) -> None:
    visitor = await new_visitor(reduced_motion="reduce")
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    assert await page.evaluate("document.getAnimations().length") == 0


async def test_every_control_has_a_name_and_the_thread_is_a_log(visitor: Visitor) -> None:
    page = await visitor.open()
    await expect(chip(page, "Дом")).to_be_visible()
    log = page.get_by_role("log", name="Переписка")
    await expect(log).to_have_attribute("aria-live", "polite")
    unnamed = await page.evaluate(
        """() => [...document.querySelectorAll('button, input, textarea, a')].filter((one) => one.checkVisibility() &&
            !one.textContent.trim() && !one.ariaLabel && !one.labels?.length).map((one) => one.outerHTML)"""
    )
    assert unnamed == []
