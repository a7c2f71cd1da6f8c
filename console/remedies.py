"""What can be done about a message that did not arrive, and about a channel that takes none."""

from __future__ import annotations

from console.words import Language

_REFUSED = (
    *(f"vk error {code}" for code in (18, 900, 901, 902, 917, 932, 936)),
    *(f"whatsapp error {code}" for code in (131021, 131026, 131030, 131049, 131050, 130472)),
)
"""Those codes after which the channel takes nothing more for this person (docs/reference/channels.md)."""

_REMEDIES: tuple[tuple[tuple[str, ...], tuple[str, str]], ...] = (
    (
        ("taken over while",),
        (
            "An operator took the conversation while this was on its way: it may have arrived.",
            "Оператор взял разговор, пока сообщение уходило: оно могло дойти.",
        ),
    ),
    (
        ("taken over",),
        (
            "Not sent: an operator took the conversation before it left.",
            "Не отправлено: оператор взял разговор раньше, чем сообщение ушло.",
        ),
    ),
    (
        ("131047", "window", "re-engagement"),
        (
            "The 24 hours are over: the customer has to write first, or be asked on another channel.",
            "24 часа прошли: клиент должен написать первым; спросите его в другом канале.",
        ),
    ),
    (
        ("block", "forbidden", "denied", "deactivated", "unreachable", "403", *_REFUSED),
        (
            "The customer does not take messages here: try another channel or call.",
            "Клиент не принимает сообщения здесь: попробуйте другой канал или позвоните.",
        ),
    ),
    (
        ("switched off",),
        (
            "The channel is switched off: ask who looks after the program.",
            "Канал выключен: обратитесь к тому, кто следит за программой.",
        ),
    ),
    (
        ("too_large", "over the channel", "too large", "file_"),
        (
            "The channel does not take this file: send a smaller one, or a link.",
            "Канал не принимает этот файл: отправьте поменьше или дайте ссылку.",
        ),
    ),
)
_OTHERWISE = (
    "The channel did not take it: write again, or on another channel.",
    "Канал не принял сообщение: напишите ещё раз или в другом канале.",
)
WINDOW = {
    "shut": (
        "24 hours have passed since the customer's last word: they have to write first, or be called.",
        "С последнего сообщения клиента прошло 24 часа: теперь он должен написать первым; можно и позвонить.",
    ),
    "blocked": (
        "The customer has blocked the bot: try another channel or call.",
        "Клиент заблокировал бота: попробуйте другой канал или позвоните.",
    ),
    "off": ("The channel is switched off.", "Канал выключен."),
    "nowhere": ("The customer has not written yet.", "Клиент ещё ничего не написал."),
}


def remedy_for(status: str, reason: str, language: Language) -> str:
    """What can be done about a message; "" where nothing need be."""
    if status not in ("dropped", "failed"):
        return ""
    low = reason.lower()
    texts = next((texts for marks, texts in _REMEDIES if any(mark in low for mark in marks)), _OTHERWISE)
    return texts[language == "ru"]


def window_remedy(reason: str, language: Language) -> str:
    """What can be done where nothing can be said."""
    return WINDOW[reason][language == "ru"] if reason else ""
