"""What a step does besides talking: stages, variables, tags, notices, gifts."""

from __future__ import annotations

from collections.abc import Iterable

from tunnel.engine import asks
from tunnel.engine.question import media_of
from tunnel.engine.timers import deadline_of
from tunnel.engine.work import Work
from tunnel.language.definition import Action, SetTo, Stage, Variable
from tunnel.messages import Button, Message, RichText
from tunnel.session import Value


def move_stage(work: Work, name: str, *, work_reason: str = "", tunnel: str = "") -> None:
    """Move the lead to a stage of a tunnel (the present one, unless named). One that is won stays won."""
    tunnel = tunnel or work.session.tunnel
    before = work.session.stages.get(tunnel, "")
    stage = work.definition.tunnels[tunnel].stages.get(name)
    if stage is None:
        work.fault(f"there is no stage {name}")
        return
    if before != name and (stage.outcome == "won" or not _won(work, tunnel, before)):
        put_at_stage(work, tunnel, stage, work_reason)


def put_at_stage(work: Work, tunnel: str, stage: Stage, reason: str, operator: str = "") -> None:
    """Whatever the lead's stage was: it is this one from now on, with its deadline. operator: who has put it there."""
    session = work.session
    before = session.stages.get(tunnel, "")
    session.stages[tunnel] = stage.name
    session.stage_at[tunnel] = int(work.now)
    if (stage.outcome == "won") != (tunnel in session.won):
        session.won = (
            [*session.won, tunnel] if stage.outcome == "won" else [won for won in session.won if won != tunnel]
        )
    moved = {"tunnel": tunnel, "before": before, "after": stage.name, "reason": reason}
    work.record("stage", **moved, **({"operator": operator} if operator else {}))
    work.cancel(deadline_of(tunnel))
    if stage.within_s is not None and not stage.outcome:
        work.arm(deadline_of(tunnel), work.now + stage.within_s)


def _won(work: Work, tunnel: str, stage: str) -> bool:
    known = work.definition.tunnels[tunnel].stages.get(stage)
    return tunnel in work.session.won or (known is not None and known.outcome == "won")


def assign(work: Work, settings: Iterable[SetTo]) -> None:
    """Set variables; a text that does not make a value of the variable's type is reported and leaves it as it was."""
    names = [setting.variable for setting in settings if _assign(work, setting)]
    if names:
        work.record("set", names=names)


def _assign(work: Work, setting: SetTo) -> bool:
    variable = work.definition.settings.variables.get(setting.variable)
    if variable is None:
        work.fault(f"there is no variable {setting.variable}")
        return False
    value = setting.value
    if isinstance(value, str | float | int | bool | list):
        work.session.variables[variable.name] = value
        return True
    converted = _converted(work, variable, work.plain(value))
    if isinstance(converted, asks.Wrong):
        work.fault(f"what {setting.variable} is set to is no {variable.type}")
        return False
    work.session.variables[variable.name] = converted
    return True


def _converted(work: Work, variable: Variable, text: str) -> Value | asks.Wrong:
    if variable.type == "text":
        return text.strip()[: asks.MAX_TEXT]
    return asks.read(variable.type, text, work.ask_rules())


def perform(work: Work, actions: Iterable[Action]) -> None:
    """Do what `do` or `then` say, in order."""
    for action in actions:
        if action.set:
            assign(work, action.set)
        if action.tag or action.untag:
            _tag(work, action.tag, action.untag)
        if action.notify:
            work.desk("notify", work.plain(action.text), queue=action.notify)


def _tag(work: Work, tag: str, untag: str) -> None:
    tags = work.session.tags
    added = [tag] if tag and tag not in tags else []
    removed = [untag] if untag and untag in tags else []
    tags += added
    for each in removed:
        tags.remove(each)
    if added or removed:
        work.record("tagged", added=added, removed=removed)


def grant(work: Work, name: str) -> None:
    """Hand out a magnet, as a message of its own."""
    magnet = work.definition.magnets.get(name)
    if magnet is None:
        work.fault(f"there is no magnet {name}")
        return
    text = work.rich(magnet.say)
    buttons: tuple[Button, ...] = ()
    if magnet.link:
        buttons = (Button(label=magnet.title, link=magnet.link),)
        text = text if text.plain else RichText(magnet.title)
    work.say(Message(text=text, media=media_of((magnet.file,)) if magnet.file else (), buttons=buttons))
    if name not in work.session.granted:
        work.session.granted.append(name)
    work.record("granted", magnet=name)
