"""Findings about form: files, YAML, keys and the types of values."""

from __future__ import annotations

from tunnel.language.wording.phrase import Wording

FORM: dict[str, Wording] = {
    # files
    "no-directory": Wording(
        "error", "нет папки с содержанием «{name}»", "создайте её или укажите другую",
        "there is no content directory `{name}`", "create it or name another one",
    ),
    "no-settings": Wording(
        "error", "нет файла settings.yaml", "создайте его: company, timezone, language, default, queues, variables",
        "settings.yaml is missing", "create it: company, timezone, language, default, queues, variables",
    ),
    "no-tunnels": Wording(
        "error", "нет ни одной воронки", "положите первый в tunnels/имя.yaml",
        "there is no tunnel", "put the first one in tunnels/name.yaml",
    ),
    "file-unreadable": Wording(
        "error", "файл не открывается: {cause}", "проверьте права на файл",
        "the file cannot be opened: {cause}", "check the file's permissions",
    ),
    "link-outside": Wording(
        "error", "ссылка «{value}» ведёт за пределы папки содержания", "скопируйте сюда сам файл",
        "the link `{value}` leads out of the content directory", "copy the file itself here",
    ),
    "file-too-large": Wording(
        "error", "файл велик: {size} байт, читаем до {limit}", "разделите его: одна воронка — один файл",
        "the file is too large: {size} bytes, the limit is {limit}", "split it: one file a tunnel",
    ),
    "not-utf8": Wording(
        "error", "файл не в UTF-8", "сохраните его в кодировке UTF-8",
        "the file is not UTF-8", "save it in UTF-8",
    ),
    "control-character": Wording(
        "error", "невидимый управляющий знак {sign}", "удалите его; скорее всего, он попал сюда при копировании",
        "an invisible control character {sign}", "delete it; it probably came with a copied text",
    ),
    "file-not-map": Wording(
        "error", "файл должен состоять из строк вида «ключ: значение»", "сверьтесь с примером в content/",
        "the file should consist of `key: value` lines", "compare it with the sample in content/",
    ),
    "file-empty": Wording(
        "warning", "в файле ничего нет", "удалите его или допишите",
        "the file holds nothing", "delete it or write something in it",
    ),
    # YAML
    "several-documents": Wording(
        "error", "строка --- начинает второй документ", "оставьте в файле один документ",
        "a --- line begins a second document", "keep one document in the file",
    ),
    "too-deep": Wording(
        "error", "вложенность больше {limit} уровней", "так глубоко содержание не бывает — проверьте скобки",
        "nested deeper than {limit} levels", "no content is that deep: check the brackets",
    ),
    "too-many-values": Wording(
        "error", "значений больше {limit}, если раскрыть все ссылки «*»", "разделите файл",
        "more than {limit} values once every `*` is followed", "split the file",
    ),
    "tag": Wording(
        "error", "метка {tag} здесь не действует", "удалите её; текст, который начинается с «!», возьмите в кавычки",
        "the tag {tag} has no place here", "delete it; put a text that begins with `!` in quotes",
    ),
    "key-not-text": Wording(
        "error", "здесь YAML видит ключ из скобок", "текст, который начинается с {{ или [, возьмите в кавычки",
        "YAML reads a key made of brackets here", "put a text that begins with {{ or [ in quotes",
    ),
    "unknown-alias": Wording(
        "error", "ссылка *{name} ни на что не указывает",
        "выше нужно имя &{name}; а если это текст, возьмите его в кавычки",
        "*{name} points to nothing", "&{name} should stand above; if it is a text, put it in quotes",
    ),
    "text-bent": Wording(
        "error", "YAML принял знаки в этом тексте за свои", "напишите: {line}",
        "YAML took signs of this text for its own", "write: {line}",
    ),
    "text-cut-comma": Wording(
        "error", "YAML обрезал текст на запятой", "напишите: {line}",
        "YAML cut this text at a comma", "write: {line}",
    ),
    "text-cut-comment": Wording(
        "error", "YAML обрезал текст на « #»: дальше для него примечание", "напишите: {line}",
        "YAML cut this text at ` #`: the rest is a comment to it", "write: {line}",
    ),
    "text-maybe-cut": Wording(
        "warning", "похоже, « #» обрезал этот текст",
        "напишите: {line}; если это примечание, отделите его двумя пробелами",
        "` #` seems to have cut this text", "write: {line}; if it is a comment, put two spaces before it",
    ),
    "text-read-as-map": Wording(
        "error", "нужен текст, а YAML из-за двоеточия с пробелом прочёл ключ «{key}»", "возьмите весь текст в кавычки",
        "a text is needed, but because of `: ` YAML read a key `{key}`", "put the whole text in quotes",
    ),
    "missing-comma": Wording(
        "error", "внутри {…} не хватает запятой", "напишите: {line}",
        "a comma is missing inside {…}", "write: {line}",
    ),
    "quote-unclosed": Wording(
        "error", "кавычка открыта и не закрыта", "напишите: {line}",
        "a quote is opened and not closed", "write: {line}",
    ),
    "bracket-unclosed": Wording(
        "error", "скобка открыта и не закрыта", "напишите: {line}",
        "a bracket is opened and not closed", "write: {line}",
    ),
    "yaml-tab": Wording(
        "error", "строка начинается с табуляции", "отступайте пробелами, по два на уровень",
        "the line begins with a tab", "indent with spaces, two a level",
    ),
    "yaml-colon": Wording(
        "error", "второе «: » в строке", "текст с двоеточием возьмите в кавычки; проверьте отступ этой строки",
        "a second `: ` in the line", "put a text with a colon in quotes; check this line's indent",
    ),
    "yaml-unclosed": Wording(
        "error", "скобка или кавычка открыта и не закрыта", "закройте её",
        "a quote or a bracket is opened and not closed", "close it",
    ),
    "yaml-flow": Wording(
        "error", "внутри {…} или […] не хватает запятой или скобки", "проверьте запятые; тексты возьмите в кавычки",
        "a comma or bracket is missing inside {…} or […]", "check the commas; put texts in quotes",
    ),
    "yaml-indent": Wording(
        "error", "строка не на своём месте", "проверьте отступ; после закрытой кавычки или скобки ничего не пишите",
        "the line is out of place", "check its indent; write nothing after a closed quote or bracket",
    ),
    "yaml-no-colon": Wording(
        "error", "не хватает «:» после ключа", "напишите «ключ: значение»",
        "`:` is missing after a key", "write `key: value`",
    ),
    "yaml-sign": Wording(
        "error", "с этого знака текст без кавычек начинаться не может", "возьмите текст в кавычки",
        "a text without quotes cannot begin with this sign", "put the text in quotes",
    ),
    "yaml-syntax": Wording(
        "error", "YAML здесь не читается: {problem}", "сверьте отступы, кавычки и скобки",
        "YAML cannot be read here: {problem}", "check indents, quotes and brackets",
    ),
    "repeated-key": Wording(
        "error", "ключ «{key}» уже есть в строке {line}", "оставьте один",
        "the key `{key}` is already in line {line}", "keep one of them",
    ),
    # keys
    "missing-key": Wording(
        "error", "нет обязательного ключа «{key}»", "добавьте его",
        "the key `{key}` is missing", "add it",
    ),
    "unknown-key": Wording(
        "error", "незнакомый ключ «{key}»; здесь бывают: {known}", "может быть, «{near}»?",
        "unknown key `{key}`; known here: {known}", "did you mean `{near}`?",
    ),
    "misplaced-key": Wording(
        "error", "«{key}» пишут не здесь", "перенесите в {file}",
        "`{key}` does not belong here", "move it to {file}",
    ),
    "expected-map": Wording(
        "error", "здесь нужны ключи: {keys}", "напишите «ключ: значение» с отступом или в {…}",
        "keys are needed here: {keys}", "write `key: value`, indented or in {…}",
    ),
    "expected-list": Wording(
        "error", "здесь нужен список", "напишите каждый пункт с новой строки через «- » или все в […]",
        "a list is needed here", "write each item on a line of its own after `- `, or all of them in […]",
    ),
    "expected-text": Wording(
        "error", "здесь нужен текст", "если это текст, возьмите его в кавычки",
        "a text is needed here", "if it is a text, put it in quotes",
    ),
    "wrong-shape": Wording(
        "error", "значение «{key}» не того вида", "сверьтесь со справочником: бывает {expected}",
        "the value of `{key}` has the wrong form", "see the reference: it may be {expected}",
    ),
    "no-value": Wording(
        "error", "у «{key}» нет значения", "напишите его или удалите ключ",
        "`{key}` has no value", "write one or delete the key",
    ),
    # types
    "bad-name": Wording(
        "error", "«{value}» не годится в имена", "буквы, цифры, «_» и «-», без пробелов, до 64 знаков",
        "`{value}` is no name", "letters, digits, `_` and `-`, no spaces, at most 64",
    ),
    "bad-link-word": Wording(
        "error", "«{value}» не годится в ссылку", "только A-Z a-z 0-9 _ - и не больше 64 знаков: так велят мессенджеры",
        "`{value}` cannot be in a link", "only A-Z a-z 0-9 _ - and at most 64 characters: messengers want it so",
    ),
    "bad-goal": Wording(
        "error", "«{value}» — не шаг", "напишите имя шага, «воронка/шаг» или end",
        "`{value}` is no step", "write a step's name, `tunnel/step` or end",
    ),
    "bad-link": Wording(
        "error", "«{value}» — не ссылка", "начните с https://, tel: или mailto:",
        "`{value}` is no link", "begin with https://, tel: or mailto:",
    ),
    "bad-duration": Wording(
        "error", "«{value}» — не срок", "пишите 30m, 1h, 2d или 1h30m; не больше 366 дней",
        "`{value}` is no duration", "write 30m, 1h, 2d or 1h30m; at most 366 days",
    ),
    "bad-time": Wording(
        "error", "«{value}» — не время дня", "пишите \"09:00\" или \"21:30\"",
        "`{value}` is no time of day", "write \"09:00\" or \"21:30\"",
    ),
    "bad-day": Wording(
        "error", "«{value}» — не день недели", "бывают {days}",
        "`{value}` is no day of the week", "one of {days}",
    ),
    "bad-number": Wording(
        "error", "«{value}» — не число", "пишите 120 или 1.5",
        "`{value}` is no number", "write 120 or 1.5",
    ),
    "bad-whole": Wording(
        "error", "«{value}» — не целое число больше нуля", "пишите, например, 3",
        "`{value}` is no whole number above zero", "write 3, for instance",
    ),
    "bad-flag": Wording(
        "error", "«{value}» — ни да, ни нет", "пишите true или false",
        "`{value}` is neither yes nor no", "write true or false",
    ),
    "bad-percent": Wording(
        "error", "«{value}» — не скидка", "пишите 10% или сумму: 500",
        "`{value}` is no discount", "write 10% or a sum: 500",
    ),
    "bad-weight": Wording(
        "error", "«{value}» — не доля", "пишите число больше нуля, например 1",
        "`{value}` is no weight", "write a number above zero, 1 for instance",
    ),
    "bad-option": Wording(
        "error", "«{value}» здесь не бывает", "одно из: {options}",
        "`{value}` is not possible here", "one of: {options}",
    ),
    "file-outside": Wording(
        "error", "«{value}» вне папки содержания", "положите файл в content/files/ и напишите files/имя",
        "`{value}` is outside the content directory", "put the file in content/files/ and write files/name",
    ),
}  # fmt: skip
