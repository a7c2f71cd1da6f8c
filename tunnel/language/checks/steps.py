"""The keys of a step fit each other; questions fit their variables; silence has an answer."""

from __future__ import annotations

from tunnel.language.checks.content import Content
from tunnel.language.definition import Ask, Step
from tunnel.language.tunnel_models import StepKeys

_EXCLUDE = (
    ("say", "ask"), ("end", "to"), ("end", "split"), ("end", "handoff"), ("to", "split"), ("to", "handoff"),
    ("ask", "wait"),
)  # fmt: skip
_NEVER_TAKEN = ("to", "split", "handoff", "end")


def check_steps(content: Content) -> None:
    """Report what does not fit within one step."""
    for node, step in content.steps.items():
        fields = content.fields.get(node)
        if fields is not None and not fields.damaged:
            _check_keys(content, step, fields)
            _check_silence(content, step, fields)
        if step.ask is not None:
            _check_ask(content, step.ask)
    for objection in content.definition.objections.values():
        for answer in objection.answers:
            if answer.to is not None and answer.handoff is not None:
                content.report.add("answer-leads-nowhere", content.scope.marks.of(answer))


def _check_keys(content: Content, step: Step, fields: StepKeys) -> None:
    report = content.report
    for first, second in _EXCLUDE:
        if fields.has(first) and fields.has(second) and not (first == "end" and not step.end):
            report.add("conflict", fields.key_place(second), first=first, second=second)
    if step.choices and not any(fields.has(key) for key in ("say", "ask", "media")):
        report.add("choices-without-say", fields.key_place("choices"), name=step.name)
    if step.wait_s is not None and not any(fields.has(key) for key in _NEVER_TAKEN):
        report.add("wait-leads-nowhere", fields.key_place("wait"), name=step.name)
    if step.split and len(step.split) < 2:
        report.add("split-one-arm", fields.key_place("split"))
    if step.then and step.ask is None:
        report.add("then-without-ask", fields.key_place("then"))
    if step.choices and step.ask is None and step.wait_s is None:
        for key in _NEVER_TAKEN:
            if fields.has(key) and not (key == "end" and not step.end):
                report.add("never-taken", fields.key_place(key), key=key)


def _check_silence(content: Content, step: Step, fields: StepKeys) -> None:
    report = content.report
    if (step.ask or step.choices) and step.wait_s is None and not step.silence:
        report.add("silence-missing", content.place(step), name=step.name)
    if step.silence and not step.waits:
        report.add("silence-without-wait", fields.key_place("silence"), name=step.name)
    seen: set[float] = set()
    for silence in step.silence:
        if step.wait_s is not None and silence.after_s >= step.wait_s:
            report.add("silence-after-wait", content.scope.marks.of(silence))
        if silence.after_s in seen:
            report.add("silence-twice", content.scope.marks.of(silence))
        seen.add(silence.after_s)


def _check_ask(content: Content, ask: Ask) -> None:
    variable = content.definition.settings.variables.get(ask.save)
    place = content.scope.marks.of(ask)
    if variable is None:
        return
    if ask.share and variable.type != "phone":
        content.report.add("ask-share", place, name=ask.save, type=f"@{variable.type}")
    if (ask.minimum is not None or ask.maximum is not None) and variable.type != "number":
        content.report.add("ask-bounds-type", place, name=ask.save, type=f"@{variable.type}")
    if ask.minimum is not None and ask.maximum is not None and ask.minimum > ask.maximum:
        content.report.add("ask-bounds", place, min=f"{ask.minimum:g}", max=f"{ask.maximum:g}")
