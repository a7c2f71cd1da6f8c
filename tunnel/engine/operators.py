"""What operators do beside taking and talking; and whether what they ask for still fits."""

from __future__ import annotations

from tunnel.engine import answer, asks, people
from tunnel.engine.meeting import clean
from tunnel.engine.question import media_of
from tunnel.engine.work import Work
from tunnel.events import (
    AddTask,
    Assign,
    Attachment,
    Close,
    EndTask,
    Event,
    FromOperator,
    Note,
    Phone,
    Press,
    Release,
    Say,
    SendStep,
    SetDetail,
    SetVariable,
    Snooze,
    Start,
    Tags,
    Take,
    Text,
)
from tunnel.language.definition import Variable
from tunnel.session import Session, Value

OWNERS = (Say, Release, Close, SendStep)
"""Who sees the version does these only with a conversation that nobody else holds."""
MOST_TAGS = 100
MOST_NAME = 200
"""Characters."""


def refused(work: Work, event: FromOperator) -> bool:
    """Whether the conversation is not as the operator sees it, or a colleague's; then nothing is done but a record."""
    why = _refusal(work.session, event)
    if why:
        people.refuse(work, why)
        if event.version is None:
            owner = work.session.operator_name or work.session.operator
            work.desk("system", work.phrase("desk_held", operator=owner))
    return bool(why)


def _refusal(session: Session, event: FromOperator) -> str:
    if event.version is not None and event.version != session.version:
        return "version"
    foreign = holds(session) and session.operator != event.operator
    if foreign and isinstance(event, Take) and not event.force:
        return "held"
    return "held" if foreign and event.version is not None and isinstance(event, OWNERS) else ""


def holds(session: Session) -> bool:
    """Whether a person answers (also one whose customer has blocked the bot meanwhile)."""
    return bool(session.operator) and "operator" in (session.mode, session.mode_before)


def count(work: Work, before: Session, event: Event) -> None:
    """After every turn: who answers, or whose it is, has changed? Then so does the version. A customer's word wakes."""
    session = work.session
    if session.snoozed_until and isinstance(event, Text | Press | Start | Phone | Attachment):
        session.snoozed_until = 0.0
        work.record("woken")
    if session.operator != before.operator and not session.operator:
        session.operator_name = ""
    if (session.mode, session.operator) != (before.mode, before.operator):
        session.version = before.version + 1
        session.snoozed_until = 0.0
        work.record("version", version=session.version, mode=session.mode, operator=session.operator)


def assign(work: Work, event: Assign) -> None:
    """Somebody else holds the conversation from now on."""
    session = work.session
    if session.mode == "operator" and session.operator == event.to:
        work.ignore("is theirs already")
        return
    people.hold(work, event.to, event.to_name)
    work.record("assigned", to=event.to, name=event.to_name, operator=event.operator)
    work.desk(
        "system", work.phrase("desk_assigned", operator=people.name_of(work, event), to=event.to_name or event.to)
    )


def snooze(work: Work, event: Snooze) -> None:
    """Out of the way until a time, or until the customer writes."""
    session = work.session
    if session.mode not in ("queued", "operator"):
        work.ignore("nobody waits")
        return
    session.snoozed_until = event.until
    if event.until:
        work.record("snoozed", until=event.until, operator=event.operator)
    else:
        work.record("woken")


def note(work: Work, event: Note) -> None:
    """For operators alone."""
    work.record("note", text=event.text, operator=event.operator)
    work.desk("system", work.phrase("desk_note", operator=people.name_of(work, event), text=event.text))


def send_step(work: Work, event: SendStep) -> None:
    """Say what a step says, in the operator's name; the conversation stays theirs, so its choices are not offered.

    Where the channel takes no free text any more, the step's approved message goes, if it has one.
    """
    target = people.step_named(work, f"{event.tunnel}/{event.step}" if event.step else event.tunnel)
    plan = work.compiled.plans.get((target.tunnel, target.step)) if target is not None else None
    if plan is None:
        people.refuse(work, "no_step")
        return
    if not people.speaks(work, event):
        return
    step = plan.step
    text = work.rich(step.say)
    if not text.plain and step.ask is not None:
        text = work.rich(step.ask.say)
    work.say(work.message(text, media=media_of(step.media), template=step.template), by="operator")


def set_variable(work: Work, event: SetVariable) -> None:
    """Set a variable of the content, or forget it."""
    variable = work.definition.settings.variables.get(event.name)
    if variable is None:
        people.refuse(work, "no_variable")
        return
    value = None if event.value is None else _value(work, variable, event.value)
    if value is None and event.value is not None:
        people.refuse(work, "bad_value")
        return
    _keep(work, variable, value)
    work.record("set", names=[variable.name], operator=event.operator)


def _keep(work: Work, variable: Variable, value: Value | None) -> None:
    """A variable as an operator says; a phone or an e-mail tells who the contact is, as a customer's answer does."""
    variables = {**work.session.variables}
    if value is None:
        variables.pop(variable.name, None)
    else:
        variables[variable.name] = value
    work.session.variables = variables
    if isinstance(value, str):
        answer.identify(work, variable.type, value)


def set_detail(work: Work, event: SetDetail) -> None:
    """Correct who the contact is. Phone and e-mail are held in the content's variable of that type, if it has one."""
    session = work.session
    typed = clean(event.value).strip()
    if event.detail == "name":
        session.given_name = " ".join(typed.split())[:MOST_NAME]
        _corrected(work, event, session.name, given=bool(session.given_name))
        return
    value: str | None = None
    if typed:
        read = asks.read(event.detail, typed, work.ask_rules())
        if not isinstance(read, str):
            people.refuse(work, f"bad_{event.detail}")
            return
        value = read
    variable = _holding(work, event.detail)
    if variable is not None:
        _keep(work, variable, value)
    elif value is not None:
        answer.identify(work, event.detail, value)
    _corrected(work, event, (value or "").lower(), given=value is not None)


def _holding(work: Work, kind: str) -> Variable | None:
    """The variable of this type that tells of the contact: the one that is set, else the content's first."""
    declared = work.definition.settings.variables
    names = [*work.session.variables, *declared]
    return next((declared[name] for name in names if name in declared and declared[name].type == kind), None)


def _corrected(work: Work, event: SetDetail, value: str, *, given: bool) -> None:
    work.record("detail", detail=event.detail, value=value, given=given, operator=event.operator)


def _value(work: Work, variable: Variable, given: Value) -> Value | None:
    if isinstance(given, list):
        return None
    if isinstance(given, bool):
        return given if variable.type == "flag" else None
    text = f"{given:.15g}" if isinstance(given, float | int) else given
    if variable.type == "text":
        return text.strip()[: asks.MAX_TEXT]
    read = asks.read(variable.type, text, work.ask_rules())
    return None if isinstance(read, asks.Wrong) else read


def tags(work: Work, event: Tags) -> None:
    """Put tags on and take them off."""
    worn = work.session.tags
    room = max(0, MOST_TAGS - len(worn))
    added = [tag for tag in dict.fromkeys(event.add) if tag and tag not in worn][:room]
    removed = [tag for tag in dict.fromkeys(event.remove) if tag in worn and tag not in event.add]
    if not added and not removed:
        work.ignore("nothing to change")
        return
    work.session.tags = [tag for tag in worn if tag not in removed] + added
    work.record("tagged", added=added, removed=removed, operator=event.operator)


def add_task(work: Work, event: AddTask) -> None:
    """The records keep tasks; the tunnel does not need them."""
    work.record("task", id=event.id, title=event.title, due_at=event.due_at, of=event.of, operator=event.operator)


def end_task(work: Work, event: EndTask) -> None:
    work.record("task_done", id=event.task, operator=event.operator)
