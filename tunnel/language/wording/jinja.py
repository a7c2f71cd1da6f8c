"""What Jinja says of a template that it cannot read, in an author's words."""

from __future__ import annotations

import re

_SAYS = (
    (
        r"unexpected end of template|unexpected 'end of template'",
        "текст обрывается внутри скобок",
        "it ends inside the braces",
    ),
    (
        r"looking for the following tags: '(?:elif' or 'else' or ')?(?:endif|else)",
        "нет {% endif %}",
        "{% endif %} is missing",
    ),
    (r"looking for the following tags: .*endfor", "нет {% endfor %}", "{% endfor %} is missing"),
    (r"unknown tag '(\w+)'", "нет такой команды: {0}", "there is no such command: {0}"),
    (r"chunk after expression", "после условия написано лишнее", "something follows the condition"),
    (
        r"expected an expression, got '(.+?)'",
        "вместо «{0}» нужно имя или число",
        "a name or number is needed, not `{0}`",
    ),
    (r"expected token '(.+?)', got '(.+?)'", "вместо «{1}» нужно «{0}»", "`{0}` is needed, not `{1}`"),
    (r"unexpected char '(.+?)'", "знак «{0}» здесь не годится", "the sign `{0}` does not fit here"),
    (r"unexpected '(.+?)'", "знак «{0}» здесь не годится", "the sign `{0}` does not fit here"),
)
_NAMES = {
    "end of print statement": "}}",
    "end of statement block": "%}",
    "begin of print statement": "{{",
    "begin of statement block": "{%",
}


def jinja_problem(problem: str, language: str) -> str:
    """Jinja's own message where we have no words for it."""
    for pattern, russian, english in _SAYS:
        found = re.search(pattern, problem, re.IGNORECASE | re.DOTALL)
        if found:
            parts = [_NAMES.get(part, part) for part in found.groups() if part is not None]
            return (
                (russian if language == "ru" else english).format(*parts)
                if parts
                else (russian if language == "ru" else english)
            )
    return problem
