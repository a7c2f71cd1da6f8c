"""What Jinja says of a template that it cannot read, in an author's words."""

from __future__ import annotations

import re

_SAYS = (
    (r"following tags: .*endfor", "нет {% endfor %}", "{% endfor %} is missing"),
    (r"following tags: .*endif", "нет {% endif %}", "{% endif %} is missing"),
    (r"unexpected end of template", "не закрыты {{ или {%", "{{ or {% is not closed"),
    (r"unknown tag '(\w+)'", "нет такой команды: $0", "there is no such command: $0"),
    (r"chunk after expression", "после условия написано лишнее", "something follows the condition"),
    (r"expected an expression, got '(.+?)'", "вместо «$0» нужно имя", "a name is needed, not `$0`"),
    (r"expected token '(.+?)', got '(.+?)'", "вместо «$1» нужно «$0»", "`$0` is needed, not `$1`"),
    (r"unexpected (?:char )?'(.+?)'", "знак «$0» здесь не годится", "the sign `$0` does not fit here"),
)
_NAMES = {
    "end of print statement": "}}",
    "end of statement block": "%}",
    "begin of print statement": "{{",
    "begin of statement block": "{%",
}


def jinja_problem(problem: str, language: str) -> str:
    """The problem in "ru" or "en"; Jinja's own message where we have no words for it."""
    for pattern, russian, english in _SAYS:
        found = re.search(pattern, problem, re.IGNORECASE | re.DOTALL)
        if found:
            words = russian if language == "ru" else english
            for number, part in enumerate(found.groups()):
                words = words.replace(f"${number}", _NAMES.get(part, part))
            return words
    return problem
