"""What the processes themselves tell people, in both languages."""

from __future__ import annotations

from bots.bilingual import Text

POISONED = Text(
    "A message of this customer could not be handled and was set aside. Please answer yourself.",
    "Сообщение этого клиента не удалось обработать; оно отложено. Ответьте, пожалуйста, сами.",
)

NO_FILE = Text(
    "This file could not be fetched (Telegram lets bots fetch up to 20 MB), so the customer did not get it.",
    "Этот файл не удалось получить (Telegram отдаёт ботам не больше 20 МБ), клиенту он не отправлен.",
)

CHANNEL_NAMES = {
    "telegram": Text("Telegram", "Telegram"),
    "vk": Text("VK", "ВКонтакте"),
    "whatsapp": Text("WhatsApp", "WhatsApp"),
    "web": Text("Site", "Сайт"),
}

FIRST_ACCOUNT = Text(
    "Nobody has an account of the console yet. This link makes the first, an admin's; it works once, for 24 hours:",
    "В консоли ещё нет ни одной учётной записи. По этой ссылке создаётся первая, администратора; она действует "
    "один раз, 24 часа:",
)

OPEN_THE_CHAT = Text(
    "The chat is open; be your own first customer (Ctrl-C stops the program):",
    "Чат открыт, побудьте первым клиентом (Ctrl-C останавливает программу):",
)
