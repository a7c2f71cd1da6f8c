"""What people could answer: texts of the content, filled in for one contact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tunnel.effects import Facts
from tunnel.engine import matching
from tunnel.engine.compiled import compiled
from tunnel.engine.values import gather
from tunnel.engine.work import Work
from tunnel.events import Address, Note, Profile
from tunnel.language.definition import Definition, TemplateFault
from tunnel.language.expressions import OFFERED, RESERVED, BadTemplate
from tunnel.language.templates import compile_text
from tunnel.markup import parse
from tunnel.session import Session, Value

_EXAMPLES: Mapping[str, Value] = {
    "number": 120.0,
    "phone": "+79161234567",
    "email": "olga@example.com",
    "date": "2026-12-25",
    "flag": True,
}
"""By a variable's type; of a text, its title stands for it."""


def objection_answers(definition: Definition, session: Session, now: float) -> Iterator[tuple[str, int, str]]:
    """Each objection's answers as this contact would read them: objection, number from 0, text.

    One whose text cannot be filled in (a variable is not set) is left out.
    """
    work = Work(compiled(definition), session, Note(id="", operator="", text=""), Facts(now=now))
    for name, objection in definition.objections.items():
        for number, answer in enumerate(objection.answers):
            text = work.rich(answer.say).plain.strip()
            if text:
                yield name, number, text


def filled_in(definition: Definition, session: Session, now: float, sources: Sequence[str]) -> list[str]:
    """Texts with the content's holes as this contact would read them; "" for one that cannot be filled in."""
    settings = definition.settings
    found = []
    for source in sources:
        try:
            template = compile_text(source, "canned", language=settings.language, currency=settings.currency)
            found.append(parse(template.render(gather(definition, session, now, template.names))).plain.strip())
        except (BadTemplate, TemplateFault):
            found.append("")
    return found


def unknown_names(definition: Definition, source: str) -> list[str]:
    """Names in a text's holes that this content has not, in order: nobody would be offered it. Raises BadTemplate."""
    names = compile_text(source, "canned").names
    return sorted(names - definition.settings.variables.keys() - RESERVED - OFFERED)


def example(definition: Definition) -> Session:
    """Somebody of whom everything is known, to show a text on."""
    settings = definition.settings
    return Session(
        tunnel=settings.default,
        address=Address("telegram", "1", "1"),
        profile=Profile(name="Ольга" if settings.language == "ru" else "Olga", sex="female"),
        variables={each.name: _EXAMPLES.get(each.type, f"‹{each.title}›") for each in settings.variables.values()},
    )


def objection_raised(definition: Definition, text: str) -> str | None:
    """The objection that a text raises, as the bot would hear it."""
    return compiled(definition).objection_in(matching.read_text(text))
