"""Findings about meaning: names, templates, types, and things said twice."""

from __future__ import annotations

from tunnel.language.wording.phrase import Wording

_NEAR_RU = "может быть, «{near}»?"
_NEAR_EN = "did you mean `{near}`?"


def _unknown(ru: str, en: str) -> Wording:
    return Wording("error", f"нет {ru} «{{name}}»; есть: {{known}}", _NEAR_RU,
                   f"there is no {en} `{{name}}`; there are: {{known}}", _NEAR_EN)  # fmt: skip


MEANING: dict[str, Wording] = {
    # names
    "unknown-step": _unknown("шага", "step"),
    "unknown-tunnel": _unknown("воронки", "tunnel"),
    "unknown-stage": _unknown("этапа", "stage"),
    "unknown-queue": _unknown("очереди", "queue"),
    "unknown-magnet": _unknown("подарка", "magnet"),
    "unknown-objection": _unknown("возражения", "objection"),
    "unknown-product": _unknown("товара", "product"),
    "unknown-promo": _unknown("промокода", "promo code"),
    "unknown-template": _unknown("одобренного сообщения", "approved message"),
    "unknown-filter": _unknown("фильтра", "filter"),
    "unknown-test": _unknown("проверки", "test"),
    "unknown-part": Wording(
        "error", "у «{name}» нет «{part}»; есть: {known}", "может быть, «{near}»?",
        "`{name}` has no `{part}`; there are: {known}", "did you mean `{near}`?",
    ),
    "tunnel-without-step": Wording(
        "error", "«{name}» — другая воронка, а нужен её шаг; шаги: {known}", "напишите {name}/шаг",
        "`{name}` is another tunnel, and a step of it is needed; its steps: {known}", "write {name}/step",
    ),
    "unknown-variable": Wording(
        "error", "нет переменной «{name}»; есть: {known}", "может быть, «{near}»?",
        "there is no variable `{name}`; there are: {known}", "did you mean `{near}`?",
    ),
    "unknown-timezone": Wording(
        "error", "нет часового пояса «{name}»", "может быть, {near}?",
        "there is no timezone `{name}`", "did you mean {near}?",
    ),
    "unknown-currency": Wording(
        "error", "нет валюты «{name}»", "три заглавные буквы: RUB, USD, EUR",
        "there is no currency `{name}`", "three capital letters: RUB, USD, EUR",
    ),
    "reserved-name": Wording(
        "error", "имя «{name}» занято: оно есть всегда", "назовите переменную иначе",
        "the name `{name}` is taken: it is always there", "call the variable something else",
    ),
    "variable-name": Wording(
        "error", "переменную нельзя назвать «{name}»: в шаблоне это имя не написать", "буквы, цифры и «_»",
        "a variable cannot be called `{name}`: no template could name it", "letters, digits and `_`",
    ),
    "special-step-name": Wording(
        "error", "шаг нельзя назвать «{name}»: это слово уже значит другое", "назовите шаг иначе",
        "a step cannot be called `{name}`: the word means something else", "call the step something else",
    ),
    "resume-outside": Wording(
        "error", "resume бывает только в ответе на возражение", "назовите шаг",
        "resume is for an objection's answer alone", "name a step",
    ),
    "default-chosen": Wording(
        "warning", "не сказано, с какой воронки начинать; взят «{name}»", "напишите default: {name}",
        "which tunnel to begin with is not said; `{name}` is taken", "write default: {name}",
    ),
    "same-name": Wording(
        "error", "«{name}» уже есть: {file}, строка {line}", "назовите иначе",
        "`{name}` is already there: {file}, line {line}", "call it something else",
    ),
    "same-label": Wording(
        "error", "вариант «{label}» в этом шаге уже есть (строка {line})", "подписи в одном шаге должны различаться",
        "this step already has a choice `{label}` (line {line})", "labels within a step must differ",
    ),
    "same-link": Wording(
        "error", "ссылка «{name}» уже ведёт в другое место: {file}, строка {line}", "выберите другое слово",
        "the link `{name}` already leads elsewhere: {file}, line {line}", "choose another word",
    ),
    "same-words": Wording(
        "error", "слова «{name}» уже ведут в другое место: {file}, строка {line}", "выберите другие слова",
        "the words `{name}` already lead elsewhere: {file}, line {line}", "choose other words",
    ),
    "same-phrase": Wording(
        "warning", "фраза «{name}» уже есть у другого возражения: {file}, строка {line}",
        "оставьте её одному: второе не сработает",
        "the phrase `{name}` already belongs to another objection: {file}, line {line}",
        "keep it in one: the second will not act",
    ),
    # what belongs together
    "choice-does-nothing": Wording(
        "error", "вариант «{label}» ничего не делает", "добавьте to, link, objection или handoff",
        "the choice `{label}` does nothing", "add to, link, objection or handoff",
    ),
    "choice-does-too-much": Wording(
        "error", "вариант «{label}» делает сразу: {keys}", "оставьте одно",
        "the choice `{label}` does several things: {keys}", "keep one",
    ),
    "media-one-kind": Wording(
        "error", "нужно ровно одно из: image, video, audio, document", "один файл — один пункт списка",
        "exactly one of image, video, audio, document is needed", "one file, one item",
    ),
    "magnet-one-gift": Wording(
        "error", "подарок «{name}» — это либо file, либо link", "оставьте одно",
        "the magnet `{name}` is either a file or a link", "keep one",
    ),
    "objection-without-answer": Wording(
        "error", "на возражение «{name}» нет ответа", "добавьте в answers хотя бы один",
        "the objection `{name}` has no answer", "add at least one to answers",
    ),
    "answer-leads-nowhere": Wording(
        "error", "в ответе на возражение вместе to и handoff", "оставьте одно",
        "an objection's answer has both to and handoff", "keep one",
    ),
    "entry-one-way": Wording(
        "error", "у входа нужно ровно одно из: link, words, event", "каждый вход — свой пункт списка",
        "an entry needs exactly one of link, words, event", "one item for each entry",
    ),
    "silence-does-nothing": Wording(
        "error", "после тишины ничего не происходит", "добавьте say или to",
        "nothing happens after the silence", "add say or to",
    ),
    "rung-does-nothing": Wording(
        "error", "это напоминание ничего не говорит и никуда не ведёт", "добавьте say, media или to",
        "this rung says nothing and leads nowhere", "add say, media or to",
    ),
    "event-does-nothing": Wording(
        "error", "событие «{name}» ничего не делает", "добавьте to, stage, set, do или ladder",
        "the event `{name}` does nothing", "add to, stage, set, do or ladder",
    ),
    "action-one-thing": Wording(
        "error", "нужно ровно одно из: set, tag, untag, notify", "каждое действие — свой пункт списка",
        "exactly one of set, tag, untag, notify is needed", "one item for each action",
    ),
    "notify-with-text": Wording(
        "error", "notify и text бывают только вместе", "notify — кому, text — что",
        "notify and text go together", "notify says whom, text says what",
    ),
    "wrong-value": Wording(
        "error", "«{value}» не подходит переменной «{name}»: её тип — {type}", "number: 120; flag: true или false",
        "`{value}` does not fit the variable `{name}`, which is {type}", "number: 120; flag: true or false",
    ),
    # templates
    "template-syntax": Wording(
        "error", "шаблон не читается: {problem}", "у каждой {{ есть пара }}, у каждого {% if %} — {% endif %}",
        "the template cannot be read: {problem}", "see that every {{ is closed by }} and every {% if %} by {% endif %}",
    ),
    "template-too-long": Wording(
        "error", "текст длиннее {limit} знаков", "разделите его на шаги",
        "the text is longer than {limit} characters", "split it into steps",
    ),
    "template-too-complex": Wording(
        "error", "шаблон слишком сложен", "упростите выражение",
        "the template is too complex", "make the expression simpler",
    ),
    "template-call": Wording(
        "error", "вызвать {name} нельзя", "пользуйтесь фильтрами: {{ name | upper }}, {{ list | length }}",
        "{name} cannot be called", "use filters: {{ name | upper }}, {{ list | length }}",
    ),
    "template-power": Wording(
        "error", "возведения в степень (**) нет", "умножьте: area * area",
        "there are no powers (**)", "multiply: area * area",
    ),
    "template-repetition": Wording(
        "error", "текст нельзя ни умножать, ни делить с остатком", "«*» и «%» — для чисел",
        "a text can be neither multiplied nor divided", "`*` and `%` are for numbers",
    ),
    "template-construct": Wording(
        "error", "«{name}» здесь не бывает", "есть {{ … }}, {% if %}, {% for %} и фильтры",
        "`{name}` is not possible here", "there are {{ … }}, {% if %}, {% for %} and filters",
    ),
    "template-attribute": Wording(
        "error", "«{name}» недоступно",
        "есть event.…, promo.…, product.…, products.имя.price, stages.…, source.…, now.hour (minute, day, month, year, "
        "weekday)",
        "`{name}` is not open",
        "there are event.…, promo.…, product.…, products.name.price, stages.…, source.…, now.hour (minute, day, month, "
        "year, weekday)",
    ),
    "template-nested-loop": Wording(
        "error", "цикл в цикле", "оставьте один {% for %}",
        "a loop within a loop", "keep one {% for %}",
    ),
    "template-loop-length": Wording(
        "error", "в цикле больше {limit} пунктов", "сократите список",
        "a loop over more than {limit} items", "make the list shorter",
    ),
    "template-reserved": Wording(
        "error", "«{name}» в {% for %} занято", "назовите иначе: {% for item in … %}",
        "`{name}` in {% for %} is taken", "call it something else: {% for item in … %}",
    ),
    "condition-braces": Wording(
        "error", "в условии скобки {{ }} не нужны", "напишите: {text}",
        "a condition needs no {{ }}", "write: {text}",
    ),
    "condition-equals": Wording(
        "error", "сравнивают двумя знаками равенства", "напишите: {text}",
        "two equals signs compare, one does not", "write: {text}",
    ),
    # types
    "type-compare": Wording(
        "error", "«{left}» ({left_type}) сравнивается с «{right}» ({right_type})", "сравнивайте одно и то же",
        "`{left}` ({left_type}) is compared with `{right}` ({right_type})", "compare like with like",
    ),
    "type-whole": Wording(
        "error", "«{shown}» — это несколько значений сразу, ни одному тексту или числу оно не равно",
        "сравните одно из них, например {part}",
        "`{shown}` holds several values, and never equals a text or a number", "compare one of them, such as {part}",
    ),
    "type-arithmetic": Wording(
        "error", "с «{shown}» ({type}) нельзя считать", "считать можно с числами: type: number",
        "`{shown}` ({type}) cannot be reckoned with", "reckon with numbers: type: number",
    ),
    "type-filter": Wording(
        "error", "фильтру {filter} не подходит «{shown}» ({type})", "ему нужно: {expected}",
        "the filter {filter} cannot take `{shown}` ({type})", "it needs: {expected}",
    ),
    "ask-share": Wording(
        "error", "share просит номер телефона, а «{name}» — {type}", "поставьте ей type: phone или уберите share",
        "share asks for a phone number, but `{name}` is {type}", "give it type: phone or drop share",
    ),
    "ask-bounds": Wording(
        "error", "min больше max: {min} и {max}", "поменяйте их местами",
        "min is above max: {min} and {max}", "swap them",
    ),
    "ask-bounds-type": Wording(
        "error", "min и max бывают у чисел, а «{name}» — {type}", "уберите их или поставьте type: number",
        "min and max are for numbers, but `{name}` is {type}", "drop them or set type: number",
    ),
    # files
    "file-missing": Wording(
        "error", "нет файла «{name}»", "положите его в папку содержания или исправьте имя",
        "there is no file `{name}`", "put it in the content directory or correct the name",
    ),
    "file-nothing": Wording(
        "error", "файл «{name}» пуст", "положите настоящий файл",
        "the file `{name}` is empty", "put the real file there",
    ),
    "file-too-big": Wording(
        "error", "файл «{name}» — {size} МБ, а {channel} берёт не больше {limit} МБ", "уменьшите файл",
        "the file `{name}` has {size} MB, {channel} takes at most {limit} MB", "make it smaller",
    ),
    "file-kind": Wording(
        "warning", "«{name}» не похож на {kind}", "проверьте расширение: {expected}",
        "`{name}` does not look like {kind}", "check its extension: {expected}",
    ),
}  # fmt: skip
