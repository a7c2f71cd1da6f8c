"""Tiny mistakes, one for each finding: edits of the content in base/, by the code that they must lead to.

An edit is (file, old, new); old "" makes a new file (or replaces the whole of one). What is said about each is in
findings.txt.
"""
# ruff: noqa: E501 — a case stays on its line

from __future__ import annotations

T = "tunnels/t.yaml"
S = "settings.yaml"
P = "objections.yaml"
M = "magnets.yaml"
D = "scripts/d.yaml"
SAY = "say: Привет!"
NEXT = "{label: Дальше, to: two}"
STAGES = "steps:\n"


def say(text: str) -> list[tuple[str, str, str]]:
    """The first step says something else."""
    return [(T, SAY, f"say: {text}")]


def stage(text: str, step: str = "say: Привет!") -> list[tuple[str, str, str]]:
    """The tunnel has stages; the first step is at one."""
    return [(T, STAGES, f"stages:\n{text}\nsteps:\n"), (T, SAY, step)]


def script(text: str) -> list[tuple[str, str, str]]:
    return [(D, "", text)]


def event(text: str) -> list[tuple[str, str, str]]:
    return [(T, "steps:\n", f"events:\n{text}\nsteps:\n")]


PROMOS = 'promos:\n  back: {code: "WIN-{random:6}", discount: 10%, valid: 3d, limit: 500000}\n'
LONG = "[" + "[" * 50 + "]" * 51

CASES: dict[str, list[tuple[str, str, str]]] = {
    # files
    "file-not-map": [(M, "", "- guide\n")],
    "file-empty": [("promos.yaml", "", "# пусто\n")],
    "control-character": say("При\x07вет"),
    # YAML
    "several-documents": [(T, "steps:\n", "---\nsteps:\n")],
    "too-deep": say(LONG),
    "tag": say("!!python/object:os.system привет"),
    "key-not-text": [(T, "  two:\n", "  ? [a, b]\n  : c\n  two:\n")],
    "unknown-alias": [(T, f"      - {NEXT}", "      *after")],
    "text-bent": say("{{ name }}, привет: как дела?"),
    "text-cut-comma": [(T, "{after: 1h, say: Вы здесь?}", "{after: 1h, say: Алло, вы здесь?}")],
    "text-cut-comment": say("Скидка #1 в городе"),
    "text-maybe-cut": say("Звоните # круглосуточно"),
    "text-read-as-map": [(S, "default: t", "default: t\nwords:\n  stop:\n    - Стоп: хватит")],
    "yaml-tab": [(T, "  two:\n", "\ttwo:\n")],
    "yaml-colon": [(T, "title: Проба", "title: Проба\n  start: one")],
    "yaml-unclosed": [(T, "words: [проба]", "words: [\n    проба")],
    "bracket-unclosed": [(T, "words: [проба]", "words: [проба")],
    "quote-unclosed": say('"Привет'),
    "missing-comma": [(T, NEXT, "{label: Дальше to: two}")],
    "yaml-flow": [(T, NEXT, "{label: Дальше, to: two]")],
    "yaml-indent": [(T, "    silence:\n      - {after: 1h, say: Вы", "   silence:\n      - {after: 1h, say: Вы")],
    "yaml-no-colon": [(T, "  three:\n", "  three\n")],
    "yaml-sign": [(S, "company: Ромашка", "@company: Ромашка")],
    "repeated-key": [(T, SAY, "say: Привет!\n    say: Ещё раз")],
    # keys
    "missing-key": [(T, ", save: area", "")],
    "unknown-key": [(T, "    silence:\n      - {after: 1h, say: Вы", "    silense:\n      - {after: 1h, say: Вы")],
    "misplaced-key": [(S, "default: t", "default: t\nmagnets: {}")],
    "expected-map": [(T, "ask: {say: Сколько метров?, save: area}", "ask: Сколько метров?")],
    "expected-list": [(T, "words: [проба]", "words: проба")],
    "expected-text": say("[Привет]"),
    "wrong-shape": [(T, "    to: three", "    handoff: [sales]")],
    "no-value": [(T, "title: Проба", "title:")],
    "bad-name": [(T, "start: one", "start: шаг один")],
    "bad-link-word": [(T, "link: probe", "link: проба")],
    "bad-goal": [(T, "to: three", "to: a/b/c")],
    "bad-link": [(T, NEXT, f"{NEXT}\n      - {{label: Сайт, link: example.com}}")],
    "bad-duration": [(T, "{after: 1h, say: Вы", "{after: 1 час, say: Вы")],
    "bad-time": [(S, "{title: Отдел продаж}", '{title: Отдел, hours: {from: "9", to: "18:00"}}')],
    "bad-day": [(S, "{title: Отдел продаж}", '{title: Отдел, hours: {from: "9:00", to: "18:00", days: [пн]}}')],
    "bad-number": [(T, "save: area}", "save: area, min: десять}")],
    "bad-whole": [(S, "default: t", "default: t\nfrequency: {messages: много, per: 1d}")],
    "bad-flag": [(T, "end: true", "end: ага")],
    "bad-percent": [("promos.yaml", "", "promos:\n  p: {code: X, discount: половина, valid: 1d}\n")],
    "bad-weight": [(T, "    to: three", "    split: {arms: {three: ноль}}")],
    "bad-option": [(S, "type: number", "type: numbre")],
    "file-outside": [(M, "files/guide.pdf", "../guide.pdf")],
    # names
    "unknown-step": [(T, "to: two", "to: tow")],
    "unknown-tunnel": [(S, "default: t", "default: tt")],
    "unknown-stage": stage("  new: {title: Новый, result: ответ, within: 1d}", "stage: nwe\n    say: Привет!"),
    "unknown-queue": [(T, NEXT, f"{NEXT}\n      - {{label: Позвать, handoff: saels}}")],
    "unknown-magnet": [(T, "magnet: guide", "magnet: giude")],
    "unknown-objection": [(T, NEXT, f"{NEXT}\n      - {{label: Дорого, objection: prise}}")],
    "unknown-promo": event("  cart.abandoned: {ladder: [{after: 1h, promo: back, via: [vk], say: Вернитесь}]}"),
    "unknown-template": event("  cart.abandoned: {ladder: [{after: 1h, template: back, via: [vk], say: Вернитесь}]}"),
    "unknown-product": [(T, SAY, "product: drian\n    say: Привет!"),
                        ("products.yaml", "", "products:\n  drain: {title: Водосток}\n")],
    "tunnel-without-step": [("tunnels/u.yaml", "", "tunnel: u\nstart: in\nsteps:\n  in: {say: Да, end: true}\n"), (T, NEXT, f"{NEXT}\n      - {{label: Ещё, to: u}}")],
    "unknown-part": [("promos.yaml", "", PROMOS), (T, SAY, 'promo: back\n    say: "{{ promo.untill | date }}"')],
    "unknown-filter": say('"{{ name | uper }}"'),
    "unknown-test": say('"{% if name is evn %}да{% endif %}"'),
    "unknown-variable": say('"{{ aera | default(1) }}"'),
    "unknown-timezone": [(S, "Europe/Moscow", "Europe/Moskow")],
    "unknown-currency": [(S, "default: t", "default: t\ncurrency: рубль")],
    "reserved-name": [(S, "  city:", "  name:"), (T, "city: Псков, ", ""), (T, ", {{ city }}", "")],
    "variable-name": [(S, "  city:", "  мой-город:"), (T, "{city: Псков, ready: true}", "{ready: true}"),
                      (T, ", {{ city }}", "")],
    "special-step-name": [(T, "  two:\n", "  end:\n"), (T, "to: two", "to: end")],
    "resume-outside": [(T, "to: two", "to: resume")],
    "default-chosen": [(S, "default: t\n", ""), ("tunnels/u.yaml", "", "tunnel: u\ntitle: У\nstart: a\nenter: [{link: u}]\n"
                        "steps:\n  a: {say: Да, end: true}\n")],
    "same-name": [("tunnels/u.yaml", "", "tunnel: t\ntitle: У\nstart: a\nsteps:\n  a: {say: Да, end: true}\n")],
    "same-label": [(T, NEXT, f"{NEXT}\n      - {{label: ДАЛЬШЕ, to: two}}")],
    "same-link": [(T, "  - words:", "  - {link: Probe, to: two}\n  - words:")],
    "same-words": [(T, "words: [проба]", "words: [проба, 'Проба!']")],
    "same-phrase": [(P, "phrases: [дорого]", "phrases: [дорого]\n    answers: [{say: Да}]\n  dear:\n    phrases: [Дорого]")],
    # what belongs together
    "choice-does-nothing": [(T, NEXT, "{label: Дальше}")],
    "choice-does-too-much": [(T, NEXT, "{label: Дальше, to: two, handoff: sales}")],
    "media-one-kind": [(T, SAY, "say: Привет!\n    media: [{name: guide}]")],
    "magnet-one-gift": [(M, "file: files/guide.pdf", "say: Держите")],
    "objection-without-answer": [(P, "", "objections: {price: {phrases: [дорого], answers: []}}\n")],
    "answer-leads-nowhere": [(P, "say: Есть рассрочка.", "say: Есть рассрочка.\n        to: one\n        handoff: sales")],
    "entry-one-way": [(T, "link: probe", "to: two")],
    "silence-does-nothing": [(T, "{after: 1h, say: Вы здесь?}", "{after: 1h}")],
    "event-does-nothing": event("  cart.abandoned: {when: name}"),
    "action-one-thing": [(T, SAY, "say: Привет!\n    do: [{tag: a, untag: b}]")],
    "notify-with-text": [(T, SAY, "say: Привет!\n    do: [{notify: sales}]")],
    "wrong-value": [(T, "ready: true", "ready: готов")],
    # templates
    "template-syntax": say('"Привет, {{ name }!"'),
    "template-too-long": say('"{{ name }}' + "а" * 8_000 + '"'),
    "template-too-complex": say('"{{ ' + "(" * 40 + "-" * 40 + "1" + ")" * 40 + ' }}"'),
    "template-call": say('"{{ name.upper() }}"'),
    "template-power": say('"{{ 9 ** 9 }}"'),
    "template-repetition": say("\"{{ 'а' * 9 }}\""),
    "template-construct": say('"{% set x = 1 %}"'),
    "template-attribute": say('"{{ name.__class__ }}"'),
    "template-nested-loop": say('"{% for a in tags %}{% for b in tags %}{{ b }}{% endfor %}{% endfor %}"'),
    "template-loop-length": say('"{% for a in [' + "1," * 101 + '] %}{{ a }}{% endfor %}"'),
    "template-reserved": say('"{% for name in tags %}{{ name }}{% endfor %}"'),
    "condition-equals": [(T, NEXT, f'{NEXT}\n      - {{label: Ещё, to: two, when: name = "Ольга"}}')],
    "condition-braces": [(T, NEXT, f'{NEXT}\n      - {{label: Ещё, to: two, when: "{{{{ name }}}}"}}')],
    # types
    "type-compare": [(T, NEXT, f'{NEXT}\n      - {{label: Ещё, to: two, when: area and area > "ста"}}')],
    "type-whole": [(T, NEXT, f'{NEXT}\n      - {{label: Ещё, to: two, when: source == "vk"}}')],
    "type-arithmetic": [(T, "{{ city }}", "{{ city * 2 }}")],
    "type-filter": [(T, "{{ city }}", "{{ city | money }}")],
    "ask-share": [(T, "save: area}", "save: area, share: true}")],
    "ask-bounds": [(T, "save: area}", "save: area, min: 10, max: 1}")],
    "ask-bounds-type": [(T, "save: phone,", "save: phone, min: 10,")],
    # files that content names
    "file-missing": [(M, "files/guide.pdf", "files/giude.pdf")],
    "file-nothing": [("files/empty.pdf", "", ""), (M, "files/guide.pdf", "files/empty.pdf")],
    "file-kind": [(T, SAY, "say: Привет!\n    media: [{image: files/guide.pdf}]")],
    # ways
    "unset-variable": say('"{{ area }} м²"'),
    "variable-never-set": [(S, "  phone:", "  wish: {title: Мечта}\n  phone:")],
    "unreachable-step": [(T, "  four:\n", "  five: {say: Тайна, end: true}\n  four:\n")],
    "dead-end": [(T, "    end: true\n", "")],
    "ask-leads-nowhere": [(T, "    to: four\n", ""), (T, NEXT, f"{NEXT}\n      - {{label: В конец, to: four, set: {{area: 1, city: Псков}}}}")],
    "only-links": [(T, NEXT, '{label: Дальше, link: "https://example.com"}'), (T, "words: [проба]", "words: [проба]\n    to: two")],
    "choices-all-conditional": [(T, NEXT, "{label: Дальше, to: two, when: name}")],
    "no-last-branch": [(T, "    to: three", "    to: [{when: area > 5, to: three}]")],
    "branch-never-taken": [(T, "    to: three", "    to: [three, {when: area > 5, to: three}]")],
    "loop-without-wait": [(T, "    end: true", "    to: five\n  five: {say: Ещё, to: four}")],
    "never-taken": [(T, SAY, "say: Привет!\n    to: two")],
    "conflict": [(T, "    end: true", "    end: true\n    to: one")],
    "choices-without-say": [(T, "    say: Привет!\n", "")],
    "silence-loop": [(T, "{after: 1h, say: Вы здесь?}", "{after: 1h, to: two}"), (T, "{after: 1h, say: Хотя бы примерно?}", "{after: 2h, to: one}")],
    "then-without-ask": [(T, "    end: true", "    end: true\n    then: [{tag: a}]")],
    "silence-missing": [(T, "    silence:\n      - {after: 1h, say: Вы здесь?}\n", "")],
    "silence-without-wait": [(T, "    end: true", "    end: true\n    silence: [{after: 1h, say: Эй}]")],
    "silence-twice": [(T, "{after: 1h, say: Вы здесь?}", "{after: 1h, say: Вы здесь?}\n      - {after: 60m, say: Ау}")],
    "stage-incomplete": stage("  new: {title: Новый}", "stage: new\n    say: Привет!"),
    "stage-final": stage("  won: {title: Оплата, outcome: won, within: 1d}", "stage: won\n    say: Привет!"),
    "stage-never-reached": stage("  won: {title: Оплата, outcome: won}"),
    "reason-unknown": stage("  lost: {title: Отказ, outcome: lost, reasons: [дорого]}",
                            "stage: lost\n    reason: не сейчас\n    say: Привет!"),
    "reason-without-lost": [(T, SAY, "reason: не сейчас\n    say: Привет!")],
    "no-way-in": [("tunnels/u.yaml", "", "tunnel: u\ntitle: У\nstart: a\nsteps:\n  a: {say: Да, end: true}\n")],
    # channels
    "fit-list": [(T, NEXT, "\n      - ".join(f"{{label: Путь {number}, to: two}}" for number in range(4)))],
    "fit-numbers": [(T, NEXT, "\n      - ".join(f"{{label: Путь {number}, to: two}}" for number in range(12)))],
    "fit-link": [(T, NEXT, f'{NEXT}\n      - {{label: Сайт, link: "https://example.com"}}')],
    "fit-split": say("Привет! " * 200),
    "fit-phone": [(T, "to: two", "to: two, set: {city: Псков}")],
    "fit-choices": [(T, NEXT, "\n      - ".join(f"{{label: Путь {number}, to: two}}" for number in range(21)))],
    "fit-label": [(T, "label: Дальше", "label: " + "Дальше " * 20)],
    "window": [(T, "{after: 1h, say: Вы здесь?}", "{after: 23h, to: two}")],
    "window-ladder": event("  cart.abandoned: {ladder: [{after: 1h, say: Вернитесь}]}"),
    # events, ladders, offers
    "rung-does-nothing": event("  cart.abandoned: {ladder: [{after: 1h, days: [mon]}]}"),
    "unknown-event": event("  cart.abandoned: {until: order.piad, ladder: [{after: 1h, to: two}]}"),
    "own-event": event("  visit.done: {to: two}"),
    "event-field": event('  cart.abandoned: {ladder: [{after: 1h, via: [vk], say: "{{ event.itmes | join }}"}]}'),
    "event-unset": say('"{{ event.total }}"'),
    "event-maybe-unset": [*event("  order.paid: {to: one}"), *say('"{{ event.total }}"')],
    "promo-unset": say('"{{ promo.code }}"'),
    "promo-maybe-unset": [("promos.yaml", "", PROMOS), (T, "    end: true", "    promo: back\n    to: one"),
                          (T, SAY, 'say: "{{ promo.code }}"')],
    "product-unset": say('"{{ product.title }}"'),
    "product-maybe-unset": [*event("  order.paid: {to: four}"), (T, "{{ area }} м², {{ city }}.", "{{ product.title }}")],
    "recommended-maybe-unset": [("products.yaml", "", "products:\n  drain: {next: {to: sill, when: had}}\n  sill: {price: 5}\n"),
                                (T, SAY, 'product: drain\n    say: "{{ recommended.title }}"')],
    "until-without-ladder": event("  order.placed: {until: order.paid, to: two}"),
    "until-itself": event("  order.placed: {until: order.placed, ladder: [{after: 1h, to: two}]}"),
    "ladder-order": event("  cart.abandoned: {ladder: [{after: 1d, to: two}, {after: 1h, to: two}]}"),
    "via-channel": [*event("  cart.abandoned: {ladder: [{after: 1h, say: Ау, via: [vk, web]}]}"),
                    (T, "start: one", "start: one\nchannels: [telegram, vk]")],
    "same-event": [(T, "  - words:", "  - {event: call.missed, to: two}\n  - {event: call.missed, to: one}\n  - words:")],
    "promo-code": [("promos.yaml", "", PROMOS.replace("WIN-", "СКИДКА "))],
    "promo-not-personal": [("promos.yaml", "", PROMOS.replace("-{random:6}", ""))],
    "promo-guessable": [("promos.yaml", "", PROMOS.replace("random:6", "random:4"))],
    "quiet-never-opens": [(S, "default: t", 'default: t\nquiet: {from: "09:00", to: "09:00"}')],
    "days-never": [(S, "default: t", 'default: t\nquiet: {from: "21:00", to: "09:00", days: [sat, sun]}'),
                   (T, "{after: 1h, say: Вы здесь?}", "{after: 1h, say: Вы здесь?, days: [sun]}")],
    "hides-name": [(S, "  city:", "  season: {title: Сезон}\n  city:"), (T, "{city: Псков,", "{city: Псков, season: лето,")],
    "no-price": [("products.yaml", "", "products:\n  drain: {title: Водосток}\n"),
                 *say('"{{ products.drain.price | money }}"')],
    "never-so": [(T, "    to: three", "    to: [{when: season == \"winer\", to: four}, three]"),
                 (T, "{{ area }} м², {{ city }}.", "Пока!")],
    "wait-leads-nowhere": [(T, SAY, "say: Привет!\n    wait: 2d")],
    "silence-after-wait": [(T, SAY, "say: Привет!\n    wait: 1h\n    to: two")],
    "split-one-arm": [(T, "    to: three", "    split: {arms: {three: 1}}")],
    # dialogue scripts
    "line-one-thing": script("script: Проба\ndialogue:\n  - customer: /start\n  - {customer: Да, bot: Привет}\n"),
    "choices-without-bot": script("script: Проба\ndialogue:\n  - customer: /start\n  - choices: [Дальше]\n"),
    "script-event": script("script: Проба\ndialogue:\n  - customer: /start\n  - event: order.piad\n"),
    "given-unknown": script("script: Проба\ngiven: {ctiy: Псков}\ndialogue: [{customer: Да}]\n"),
    "given-value": script("script: Проба\ngiven: {area: много}\ndialogue: [{customer: Да}]\n"),
    "script-empty": script("script: Проба\ndialogue: []\n"),
    "script-first-line": script("script: Проба\ndialogue: [{bot: Привет}]\n"),
}  # fmt: skip
