"""The sample conversations in Russian."""

# ruff: noqa: E501 - what people write is one line

from __future__ import annotations

from docs.images.console_talks import Talk, in_
from tests.browser.console.desk import Desk

PEOPLE = {
    "language": "ru",
    "anna": "Анна Соколова",
    "ivan": "Иван Мельников",
    "vera": "Вера Станиславовна",
    "gleb": "Глеб Тарасов",
}
TEXTS = {
    "Приветствие": "Здравствуйте{% if name %}, {{ name }}{% endif %}! Меня зовут Анна, компания «{{ company }}». Чем помочь?",
    "Замер": "Замер бесплатный, занимает час. Замерщик приедет с образцами и сразу посчитает смету. Какой день вам удобен?",
    "Адрес и часы": "Мы в Подольске, ул. Станционная, 12. Работаем по будням с 9 до 19, в субботу до 15.",
}


async def talks(desk: Desk, house: bytes) -> list[Talk]:
    """A day of a siding company. The first is the one that the pictures show open."""
    desk.town.telegram.files["AgAClarge"] = ("photo", house)

    def talk(channel: str, name: str) -> Talk:
        held.append(Talk(desk, desk.town.customer(channel), name))
        return held[-1]

    held: list[Talk] = []
    hello, square, called = "Что облицовываем?", "Сколько квадратных метров", "Передаю вас менеджеру"
    maria = talk("telegram", "Мария Ветрова")
    await maria.ago(days=2, hours=3).opens(hello)
    await maria.ago(days=2, hours=2, minutes=58).presses("Дом", square)
    await maria.ago(days=2, hours=2, minutes=51).says("120", "вместе с материалом")
    await maria.ago(days=2, hours=2, minutes=49).presses("Дорого", "рассрочка на год")
    await maria.ago(days=2, hours=2, minutes=40).presses("Показать рассрочку", "Первый платёж")
    await maria.ago(hours=21).says("менеджер")
    await maria.ago(hours=20, minutes=52).answers("ivan", "Здравствуйте, Мария! Это Иван. Чем помочь?")
    await maria.ago(hours=20, minutes=44).says("Хочу обшить дом до зимы, успеете? Углы старые, вот фото")
    await maria.post(maria.customer.fake.updates.photo(maria.customer.number, "Вот наш дом, вид с улицы"))
    await maria.ago(hours=20, minutes=30).do(
        "ivan",
        "notes",
        text="Дом 120 м², смотрит на цену и на сроки. Углы под замену — предложить комплект с доборами.",
    )
    await maria.ago(hours=20, minutes=29).do("ivan", "tags", add=["рассрочка", "до зимы"], remove=[])
    await maria.ago(hours=20, minutes=28).answers(
        "ivan",
        "Успеем: бригада свободна с понедельника, дом на 120 м² — это пять дней.\nУглы заменим сразу, доборы входят в комплект. Замер бесплатный — записать вас?",
    )
    await maria.ago(hours=20, minutes=2).says("Да, на субботу если можно")
    await maria.ago(hours=19, minutes=58).do("ivan", "stage", tunnel="siding", stage="measure", reason="")
    await maria.ago(hours=19, minutes=57).do(
        "ivan", "tasks", title="Подтвердить замер на субботу, 11:00", due_at=in_(hours=5), operator=""
    )
    await maria.do("ivan", "tasks", title="Прислать образцы цветов", due_at=in_(hours=-2), operator="")
    await maria.do("ivan", "variables", name="colour", value="тёмный")
    await maria.ago(minutes=50).do("anna", "take", force=True)
    await maria.ago(minutes=49).answers(
        "anna", "Мария, добрый день! Замер в субботу в 11:00, приедет Олег. Договор пришлю после замера."
    )
    await maria.ago(minutes=12).says("Отлично, ждём! А договор можно заранее посмотреть?")
    await maria.ago(minutes=11).says("И в рассрочку точно без переплаты?")
    await maria.known(desk.apis["anna"])

    kate = talk("whatsapp", "Екатерина Константинопольская-Заречная")
    await kate.ago(hours=3, minutes=20).opens(hello)
    await kate.ago(hours=3, minutes=18).says("1", square)
    await kate.ago(hours=3, minutes=9).says("240", "доставка")
    await kate.ago(hours=1, minutes=48).says("менеджер", called)
    await kate.ago(hours=1, minutes=47).says(
        "Добрый день! У нас двухэтажный дом из бруса, 2009 года, северная стена подгнила снизу. Нужно сначала заменить "
        "нижние венцы, потом утеплить и только потом обшивать. Делаете всё вместе или венцы — отдельно? И сколько это в "
        "сумме, хотя бы примерно: по сайту не поняла, входит ли утеплитель в цену."
    )
    await kate.ago(hours=1, minutes=20).says("Я на работе до шести, звонить лучше вечером")

    sergey = talk("vk", "Сергей Никифоров")
    await sergey.ago(minutes=58).opens(hello)
    await sergey.ago(minutes=57).presses("Дом", square)
    await sergey.ago(minutes=41).says("620", "считает инженер")
    await sergey.ago(minutes=39).says("Это база отдыха, четыре корпуса. Нужна смета до пятницы")

    igor = talk("telegram", "Игорь Ким")
    await igor.ago(minutes=35).opens(hello)
    await igor.ago(minutes=34).presses("Баню", square)
    await igor.ago(minutes=31).says("64", "вместе с материалом")
    await igor.ago(minutes=24).says("менеджер", called)
    await igor.ago(minutes=22).says("Смотрю другие варианты, у других дешевле процентов на двадцать")

    guest = talk("web", "")
    await guest.ago(minutes=6).opens(hello)
    await guest.ago(minutes=4).presses("Позвать менеджера", "")
    await guest.ago(minutes=2).says("Здравствуйте, вы работаете по области? Чехов")

    azamat = talk("whatsapp", "Азамат Бекмурзаев")
    await azamat.ago(days=1, hours=4).opens(hello)
    await azamat.ago(days=1, hours=3, minutes=50).says("менеджер", called)
    await azamat.ago(days=1, hours=3, minutes=40).answers(
        "anna", "Азамат, здравствуйте! Какой у вас дом и сколько этажей?"
    )
    await azamat.ago(days=1, hours=3, minutes=20).says("Один этаж, 9 на 12, газобетон. Нужен тёплый фасад")
    await azamat.ago(days=1, hours=3, minutes=2).answers(
        "anna", "Понял, считаю с утеплителем 100 мм. Пришлю расчёт сегодня до вечера."
    )

    oleg = talk("vk", "Олег Щербаков")
    await oleg.ago(hours=6).opens(hello)
    await oleg.ago(hours=5, minutes=55).presses("Дом", square)
    await oleg.ago(hours=5, minutes=50).says("180", "вместе с материалом")
    await oleg.ago(hours=5).says("менеджер", called)
    await oleg.ago(hours=4, minutes=50).answers(
        "ivan", "Олег, добрый день! Цвет «графит» есть на складе, держим за вами до среды."
    )
    await oleg.ago(hours=4, minutes=44).says("Супер, спасибо")

    for ago, channel, name, label, then in (
        ({"minutes": 9}, "telegram", "Павел Орлов", "Дом", square),
        ({"minutes": 33}, "telegram", "Наталья", "Пока смотрю", "Посчитать"),
        ({"hours": 2, "minutes": 5}, "vk", "Виктория Лебедева", "Баню", square),
        ({"hours": 7}, "telegram", "Артём Z", "Дом", square),
        ({"days": 1, "hours": 2}, "telegram", "Людмила Сергеевна", "Пока смотрю", "Посчитать"),
        ({"days": 3}, "vk", "Рустам Хайруллин", "Дом", square),
    ):
        one = talk(channel, name)
        await one.ago(**ago).opens(hello)
        await one.presses(label, then)
    tim = talk("telegram", "Тимур")
    await tim.ago(days=1).opens(hello)
    await tim.ago(hours=22).says("стоп")
    for title, text in TEXTS.items():
        await desk.apis["anna"].post("/canned", {"title": title, "text": text, "language": ""})
    for one in held:
        await one.known(desk.apis["anna"])
    return held
