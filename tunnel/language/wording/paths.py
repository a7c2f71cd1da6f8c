"""Findings about the way through a tunnel, its channels, events and offers."""

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
        "error", "бот пойдёт по кругу, никого не спросив: {way}", "вставьте шаг, который ждёт: choices, ask или wait",
        "the bot would go round without asking anybody: {way}", "put in a step that waits: choices, ask or wait",
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
        "уложитесь в 24 часа, дайте template (одобренное сообщение) или уберите whatsapp из channels воронки",
        "WhatsApp: {after} after the customer's last words free text does not get through (24-hour window)",
        "stay within 24 hours, give a template (an approved message) or take whatsapp out of the tunnel's channels",
    ),
    "window-ladder": Wording(
        "warning", "WhatsApp: событие — не слова клиента, окно 24 часа может быть закрыто, и текст не дойдёт",
        "дайте template (одобренное сообщение) или via с запасным каналом: [whatsapp, telegram]",
        "WhatsApp: an event is no word of the customer's; the 24-hour window may be shut and the text not get through",
        "give a template (an approved message), or via with another channel: [whatsapp, telegram]",
    ),
    # events, ladders, offers
    "unknown-event": Wording(
        "warning", "события «{name}» нет ни среди известных, ни среди объявленных", "может быть, «{near}»?",
        "the event `{name}` is neither a known nor a declared one", "did you mean `{near}`?",
    ),
    "own-event": Wording(
        "note", "«{name}» — событие самой компании, поля в нём могут быть любые",
        "объявите его в events.yaml, и они будут проверяться",
        "`{name}` is an event of the company's own and may carry any fields",
        "declare it in events.yaml to have them checked",
    ),
    "event-field": Wording(
        "warning", "в событии «{event}» нет поля «{name}»; есть: {known}", "может быть, «{near}»?",
        "the event `{event}` has no field `{name}`; there are: {known}", "did you mean `{near}`?",
    ),
    "event-unset": Wording(
        "error", "сюда не ведёт ни одно событие, event здесь пуст: {way}",
        "напишите {{ event.… | default(\"…\") }} или проверьте {% if event.… %}",
        "no event leads here, event is empty: {way}", "write {{ event.… | default(\"…\") }} or test {% if event.… %}",
    ),
    "event-maybe-unset": Wording(
        "warning", "сюда приходят и без события, тогда event пуст: {way}",
        "напишите {{ event.… | default(\"…\") }} или проверьте {% if event.… %}",
        "this is reached without an event, too, and event is empty then: {way}",
        "write {{ event.… | default(\"…\") }} or test {% if event.… %}",
    ),
    "promo-unset": Wording(
        "error", "промокод до этого не выдаёт никто, promo здесь пуст: {way}",
        "добавьте шагу promo или проверьте {% if promo.code %}",
        "no promo code can have been handed out here, promo is empty: {way}",
        "give the step a promo or test {% if promo.code %}",
    ),
    "promo-maybe-unset": Wording(
        "warning", "сюда приходят и без промокода, тогда promo пуст: {way}", "проверьте {% if promo.code %}",
        "this is reached without a promo code, too, and promo is empty then: {way}", "test {% if promo.code %}",
    ),
    "product-unset": Wording(
        "error", "здесь не показан ни один товар, product пуст: {way}", "добавьте product: имя",
        "no product is shown here, product is empty: {way}", "add product: name",
    ),
    "product-maybe-unset": Wording(
        "warning", "товар здесь известен, только если его назвало событие: {way}",
        "добавьте product: имя или проверьте {% if product.title %}",
        "the product is known here only if an event named one: {way}",
        "add product: name or test {% if product.title %}",
    ),
    "recommended-maybe-unset": Wording(
        "warning", "советовать здесь может быть нечего, тогда recommended пуст: {way}",
        "проверьте {% if recommended.title %} или дайте товару next без when",
        "there may be nothing to recommend here, and recommended is empty then: {way}",
        "test {% if recommended.title %} or give the product a next without when",
    ),
    "until-without-ladder": Wording(
        "warning", "until прекращает напоминания, а ladder нет", "добавьте ladder или уберите until",
        "until ends a ladder, but there is none", "add a ladder or drop until",
    ),
    "until-itself": Wording(
        "error", "событие «{name}» прекратило бы собственные напоминания", "назовите в until другое событие",
        "the event `{name}` would end its own ladder", "name another event in until",
    ),
    "ladder-order": Wording(
        "error", "это напоминание не позже предыдущего", "сроки ladder считаются от события: ставьте их по возрастанию",
        "this rung is no later than the one before", "a ladder counts from the event: let the times rise",
    ),
    "via-channel": Wording(
        "error", "воронка не для канала «{channel}»; её каналы: {known}", "уберите его из via или добавьте в channels",
        "the tunnel is not meant for `{channel}`; its channels: {known}", "drop it from via or add it to channels",
    ),
    "same-event": Wording(
        "warning", "сюда не дойти: по «{name}» раньше сработает вход {file}:{line}",
        "дайте тому входу when или удалите один",
        "never reached: at `{name}` the entry in {file}:{line} comes first", "give that one a when, or delete one",
    ),
    "promo-code": Wording(
        "error", "код «{value}» так не составить", "латинские буквы, цифры, дефисы и {random:6}; всего до 40 знаков",
        "no code can be made of `{value}`", "letters A-Z, digits, dashes and {random:6}; at most 40 signs in all",
    ),
    "promo-not-personal": Wording(
        "error", "код «{value}» у всех один", "добавьте случайную часть: {value}-{random:6}",
        "the code `{value}` is the same for everybody", "add a random part: {value}-{random:6}",
    ),
    "promo-guessable": Wording(
        "warning", "случайных знаков {count}: при limit {limit} код можно угадать", "нужно {random:{fewest}}",
        "{count} random signs: with limit {limit} a code can be guessed", "write {random:{fewest}}",
    ),
    "quiet-never-opens": Wording(
        "error", "тихо всегда: бот никогда ничего не начнёт сам", "оставьте открытые часы и дни",
        "it is always quiet: the bot would never start anything by itself", "leave some hours and days open",
    ),
    "days-never": Wording(
        "error", "таких дней нет: все они тихие или список пуст", "исправьте days или quiet",
        "there is no such day: all are quiet, or the list is empty", "correct days or quiet",
    ),
    "hides-name": Wording(
        "note", "переменная «{name}» закрывает собой готовое имя: в текстах это будет она", "",
        "the variable `{name}` hides a name that is always there: texts mean the variable", "",
    ),
    "no-price": Wording(
        "error", "у товара «{name}» нет цены", "добавьте ему price",
        "the product `{name}` has no price", "give it a price",
    ),
    "never-so": Wording(
        "warning", "{name} не бывает «{value}»; бывает: {known}", "может быть, «{near}»?",
        "{name} is never `{value}`; it may be: {known}", "did you mean `{near}`?",
    ),
    "wait-leads-nowhere": Wording(
        "error", "после паузы шага «{name}» некуда идти", "добавьте to, split, handoff или end: true",
        "after the pause of `{name}` there is nowhere to go", "add to, split, handoff or end: true",
    ),
    "silence-after-wait": Wording(
        "warning", "silence не сработает: пауза wait кончится раньше", "поставьте срок меньше",
        "this silence never acts: the pause is over before", "make it shorter",
    ),
    "split-one-arm": Wording(
        "warning", "в split одна ветка: выбирать не из чего", "добавьте вторую или напишите to",
        "the split has one arm: there is nothing to choose from", "add another, or write to",
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
    "script-event": Wording(
        "error", "события «{name}» воронки не знают; есть: {known}", "может быть, «{near}»?",
        "the tunnels know no event `{name}`; there are: {known}", "did you mean `{near}`?",
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
