"""What people could answer: texts of the content, filled in for one contact."""

from __future__ import annotations

from collections.abc import Iterator

from tunnel.effects import Facts
from tunnel.engine import matching
from tunnel.engine.compiled import compiled
from tunnel.engine.work import Work
from tunnel.events import Note
from tunnel.language.definition import Definition
from tunnel.session import Session


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


def objection_raised(definition: Definition, text: str) -> str | None:
    """The objection that a text raises, as the bot would hear it."""
    return compiled(definition).objection_in(matching.read_text(text))
