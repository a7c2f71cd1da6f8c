"""The sample conversations in English: fewer."""

# ruff: noqa: E501 - what people write is one line

from __future__ import annotations

from docs.images.console_talks import Talk, in_
from tests.browser.console.desk import Desk

PEOPLE = {"language": "en", "anna": "Anna Clarke", "ivan": "Ian Mercer", "vera": "Vera Stone", "gleb": "Glen Tarrant"}


async def talks(desk: Desk, house: bytes) -> list[Talk]:
    """A day of a siding company. The first is the one that the pictures show open."""
    desk.town.telegram.files["AgAClarge"] = ("photo", house)
    held: list[Talk] = []

    def talk(channel: str, name: str) -> Talk:
        held.append(Talk(desk, desk.town.customer(channel), name))
        return held[-1]

    hello, square = "What are we cladding?", "How many square metres"
    mary = talk("telegram", "Mary Whitfield")
    await mary.ago(days=1, hours=3).opens(hello)
    await mary.ago(days=1, hours=2, minutes=58).presses("A house", square)
    await mary.ago(days=1, hours=2, minutes=51).says("120", "material and work included")
    await mary.ago(hours=21).says("manager")
    await mary.ago(hours=20, minutes=52).answers("ivan", "Hello Mary, this is Ian. How can I help?")
    await mary.ago(hours=20, minutes=44).says(
        "I want it done before winter, is there time? The corners are old, see the picture"
    )
    await mary.post(mary.customer.fake.updates.photo(mary.customer.number, "Our house from the street"))
    await mary.ago(hours=20, minutes=30).do(
        "ivan", "notes", text="House of 120 m², looks at price and dates. New corners: offer the set with trims."
    )
    await mary.ago(hours=20, minutes=29).do("ivan", "tags", add=["before winter", "instalments"], remove=[])
    await mary.ago(hours=20, minutes=28).answers(
        "ivan",
        "There is: the crew is free from Monday, and a house of 120 m² takes five days.\nThe survey costs nothing. Shall I book one?",
    )
    await mary.ago(hours=20, minutes=2).says("Yes please, on Saturday if you can")
    await mary.ago(hours=19, minutes=58).do("ivan", "stage", tunnel="siding", stage="measure", reason="")
    await mary.ago(hours=19, minutes=57).do(
        "ivan", "tasks", title="Confirm the survey on Saturday, 11:00", due_at=in_(hours=5), operator=""
    )
    await mary.ago(minutes=50).do("anna", "take", force=True)
    await mary.ago(minutes=49).answers("anna", "Good morning, Mary! The survey is on Saturday at 11, Oliver will come.")
    await mary.ago(minutes=12).says("Lovely. Could I see the contract beforehand?")

    kate = talk("whatsapp", "Katherine Featherstonehaugh-Cholmondeley")
    await kate.ago(hours=3, minutes=20).opens(hello)
    await kate.ago(hours=3, minutes=18).says("1", square)
    await kate.ago(hours=3, minutes=9).says("240", "delivery is on us")
    await kate.ago(hours=1, minutes=48).says("manager")
    await kate.ago(hours=1, minutes=20).says("I am at work until six, please call in the evening")

    sam = talk("vk", "Sam Nickleby")
    await sam.ago(minutes=58).opens(hello)
    await sam.ago(minutes=57).presses("A house", square)
    await sam.ago(minutes=41).says("620", "worked out by an engineer")
    await sam.ago(minutes=39).says("It is a holiday park of four buildings. I need the estimate by Friday")

    guest = talk("web", "")
    await guest.ago(minutes=6).opens(hello)
    await guest.ago(minutes=4).presses("Call a manager", "")
    await guest.ago(minutes=2).says("Hello, do you work in the county? Near Hexham")

    for ago, name, label, then in (
        ({"minutes": 9}, "Paul Orwell", "A house", square),
        ({"hours": 7}, "Arthur Z", "A sauna", square),
    ):
        one = talk("telegram", name)
        await one.ago(**ago).opens(hello)
        await one.presses(label, then)
    for one in held:
        await one.known(desk.apis["anna"])
    return held
