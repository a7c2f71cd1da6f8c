"""Findings about the way through a tunnel, its channels, and what does not act yet."""

from __future__ import annotations

from tunnel.language.wording.phrase import Wording

PATHS: dict[str, Wording] = {
    "unset-variable": Wording(
        "error", "«{name}» здесь может быть ещё не известна: {way}",
        "напишите {{ {name} | default(\"…\") }}, проверьте {% if {name} %} или спросите её раньше",
        "`{name}` may not be known here yet: {way}",
        "write {{ {name} | default(\"…\") }}, test {% if {name} %} or ask for it earlier",
    ),
    "variable-never-set": Wording(
        "warning", "переменную «{name}» не задаёт ни один шаг", "спросите её (save: {name}), задайте в set или удалите",
        "no step sets the variable `{name}`", "ask for it with save: {name}, set it or delete it",
    ),
    "unreachable-step": Wording(
        "error", "до шага «{name}» никак не дойти", "приведите к нему чей-нибудь to или удалите его",
        "the step `{name}` cannot be reached", "lead some `to` to it or delete it",
    ),
    "dead-end": Wording(
        "error", "из шага «{name}» некуда идти", "добавьте to, choices, ask, handoff или end: true",
        "the step `{name}` leads nowhere", "add to, choices, ask, handoff or end: true",
    ),
    "ask-leads-nowhere": Wording(
        "error", "после ответа на вопрос шага «{name}» некуда идти", "добавьте to, handoff или end: true",
        "after the answer to `{name}` there is nowhere to go", "add to, handoff or end: true",
    ),
    "only-links": Wording(
        "error", "из шага «{name}» не выйти: все варианты открывают страницы", "добавьте вариант с to",
        "the step `{name}` cannot be left: all its choices open pages", "add a choice with to",
    ),
    "choices-all-conditional": Wording(
        "warning", "у всех вариантов шага «{name}» есть when: может не показаться ни один",
        "оставьте хотя бы один без условия",
        "every choice of the step `{name}` has a when: none may be shown", "keep one without a condition",
    ),
    "no-last-branch": Wording(
        "error", "если ни одно условие не выполнено, из шага «{name}» некуда идти", "последним добавьте шаг без when",
        "when no condition holds, the step `{name}` leads nowhere", "add a last step without when",
    ),
    "branch-never-taken": Wording(
        "warning", "сюда не дойти: строкой выше — шаг без условия", "поставьте условия раньше",
        "this is never reached: a step without a condition stands before it", "put the conditions first",
    ),
    "loop-without-wait": Wording(
        "error", "бот пойдёт по кругу, никого не спросив: {way}", "вставьте шаг, который ждёт: choices или ask",
        "the bot would go round without asking anybody: {way}", "put in a step that waits: choices or ask",
    ),
    "never-taken": Wording(
        "warning", "«{key}» не сработает: шаг ждёт ответа на choices", "перенесите в to вариантов или уберите",
        "`{key}` never acts: the step waits for its choices", "move it to the choices' to or drop it",
    ),
    "conflict": Wording(
        "error", "«{first}» и «{second}» в одном шаге не уживаются", "оставьте одно",
        "`{first}` and `{second}` exclude each other in one step", "keep one",
    ),
    "then-without-ask": Wording(
        "error", "then ждёт ответа на ask, а вопроса нет", "напишите do вместо then",
        "then waits for the answer to ask, but nothing is asked", "write do instead of then",
    ),
    "choices-without-say": Wording(
        "warning", "у вариантов шага «{name}» нет вопроса: бот скажет только «выберите»", "добавьте say",
        "the choices of the step `{name}` have no question: the bot only says “please choose”", "add say",
    ),
    "silence-loop": Wording(
        "warning", "молчащему клиенту бот будет писать без конца: {way}", "последний шаг круга пусть ждёт или закончит",
        "the bot would write to a silent customer for ever: {way}", "let the last step of the round wait, or end",
    ),
    "silence-missing": Wording(
        "warning", "шаг «{name}» ждёт, но на тишину ответа нет", "добавьте silence: [{after: 1h, say: …}]",
        "the step `{name}` waits, but has no answer to silence", "add silence: [{after: 1h, say: …}]",
    ),
    "silence-without-wait": Wording(
        "warning", "silence не сработает: шаг «{name}» ничего не ждёт", "уберите silence",
        "silence never acts: the step `{name}` waits for nothing", "drop silence",
    ),
    "silence-twice": Wording(
        "warning", "две строки silence на одно и то же время", "разведите их или объедините",
        "two silence entries at the same time", "set them apart or merge them",
    ),
    "stage-incomplete": Wording(
        "error", "у этапа «{name}» нет: {missing}", "этапу нужны result и within или outcome — пустых этапов не бывает",
        "the stage `{name}` lacks: {missing}", "a stage needs a result and within, or an outcome: no dummy stages",
    ),
    "stage-final": Wording(
        "error", "этап «{name}» — итог, у него не бывает «{key}»", "уберите «{key}» или outcome",
        "the stage `{name}` is an outcome and has no `{key}`", "drop `{key}` or outcome",
    ),
    "stage-never-reached": Wording(
        "note", "на этап «{name}» не переводит ни один шаг: только менеджер или событие", "",
        "no step moves a lead to the stage `{name}`: only a manager or an event does", "",
    ),
    "reason-unknown": Wording(
        "warning", "причины «{name}» нет среди reasons этапа «{stage}»", "добавьте её туда",
        "the reason `{name}` is not among the reasons of the stage `{stage}`", "add it there",
    ),
    "reason-without-lost": Wording(
        "warning", "reason пишется на этапе с outcome: lost", "добавьте stage или уберите reason",
        "reason belongs to a stage with outcome: lost", "add the stage or drop reason",
    ),
    "no-way-in": Wording(
        "warning", "в воронку «{name}» нет входа", "добавьте enter: [{link: …}]",
        "there is no way into the tunnel `{name}`", "add enter: [{link: …}]",
    ),
    # channels
    "fit-list": Wording(
        "note", "{channel}: варианты станут списком: {what} {count}, а кнопки — до {limit}", "",
        "{channel}: the choices become a list: {count} {what}, buttons have {limit}", "",
    ),
    "fit-numbers": Wording(
        "note", "{channel}: варианты станут пронумерованным текстом: {what} {count}, а можно {limit}", "",
        "{channel}: the choices become numbered text: {count} {what}, the limit is {limit}", "",
    ),
    "fit-link": Wording(
        "note", "{channel}: ссылка «{label}» станет строкой текста", "",
        "{channel}: the link `{label}` becomes a line of text", "",
    ),
    "fit-split": Wording(
        "note", "{channel}: текст длиннее {limit} знаков, он придёт частями", "",
        "{channel}: the text has more than {limit} characters and comes in parts", "",
    ),
    "fit-phone": Wording(
        "note", "{channel}: кнопки «отправить мой номер» нет, номер напишут сообщением", "",
        "{channel}: there is no \"send my number\" button, the number is typed", "",
    ),
    "fit-choices": Wording(
        "warning", "вариантов {count} — больше, чем человек прочтёт", "разделите шаг: до десяти за раз",
        "{count} choices are more than anybody reads", "split the step: ten at a time at most",
    ),
    "fit-label": Wording(
        "error", "подпись длиннее {limit} знаков", "сократите её",
        "the label has more than {limit} characters", "shorten it",
    ),
    "window": Wording(
        "warning", "WhatsApp: через {after} после последних слов клиента свободный текст не дойдёт (окно 24 часа)",
        "уложитесь в 24 часа или уберите whatsapp из channels воронки",
        "WhatsApp: {after} after the customer's last words free text does not get through (24-hour window)",
        "stay within 24 hours or take whatsapp out of the tunnel's channels",
    ),
    # not yet
    "inactive": Wording(
        "warning", "«{key}» читается, но пока не действует", "{what}",
        "`{key}` is read but does not act yet", "{what}",
    ),
    "inactive-split": Wording(
        "warning", "split читается, но пока не действует: все идут в первую ветку, «{name}»", "",
        "split is read but does not act yet: everybody takes the first arm, `{name}`", "",
    ),
    # dialogue scripts
    "line-one-thing": Wording(
        "error", "в строке диалога нужно ровно одно из: {known}", "каждая реплика — свой пункт списка",
        "a line of a dialogue needs exactly one of {known}", "one item for each line",
    ),
    "choices-without-bot": Wording(
        "error", "choices пишут в строке бота", "добавьте bot: …",
        "choices belong to a bot's line", "add bot: …",
    ),
    "given-unknown": Wording(
        "error", "в given нет «{name}»; бывает: {known}", "может быть, «{near}»?",
        "given has no `{name}`; known: {known}", "did you mean `{near}`?",
    ),
    "given-value": Wording(
        "error", "в given не годится значение «{name}»", "напишите значение того же вида, что и у переменной",
        "the value of `{name}` in given does not fit", "write a value of the variable's own type",
    ),
    "script-empty": Wording(
        "error", "в диалоге нет ни одной строки", "начните с customer: /start",
        "the dialogue has no line", "begin with customer: /start",
    ),
    "script-first-line": Wording(
        "warning", "диалог начинает не клиент", "первой строкой напишите customer: /start …",
        "the dialogue does not begin with the customer", "write customer: /start … first",
    ),
}  # fmt: skip
