"""The events from outside that every content knows: their fields, and what people call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tunnel.language.definition import FieldType


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """An event and its fields. `open`: others may come with it."""

    ru: str
    en: str
    fields: Mapping[str, FieldType]
    open: bool = False


BUILT_IN: Mapping[str, BuiltIn] = {
    "cart.updated": BuiltIn(
        "Корзина изменилась", "Cart updated", {"items": "list", "total": "number", "url": "text"}
    ),
    "cart.abandoned": BuiltIn(
        "Корзина брошена", "Cart abandoned", {"items": "list", "total": "number", "url": "text"}
    ),
    "wishlist.discount": BuiltIn(
        "Подешевело отложенное", "Wish-list item discounted",
        {"item": "text", "price": "number", "old_price": "number", "url": "text", "product": "text"},
    ),
    "stock.back": BuiltIn(
        "Товар снова есть", "Back in stock",
        {"item": "text", "price": "number", "url": "text", "product": "text"},
    ),
    "buyer.lapsed": BuiltIn(
        "Давно не покупал", "Lapsed buyer", {"days": "number", "last_order": "date", "product": "text"}
    ),
    "order.placed": BuiltIn(
        "Заказ оформлен", "Order placed",
        {
            "order": "text", "total": "number", "currency": "text", "items": "list", "product": "text", "url": "text",
        },
    ),
    "order.paid": BuiltIn(
        "Заказ оплачен", "Order paid",
        {"order": "text", "total": "number", "currency": "text", "items": "list", "product": "text"},
    ),
    "order.shipped": BuiltIn(
        "Заказ отправлен", "Order shipped", {"order": "text", "track": "text", "url": "text", "date": "date"}
    ),
    "order.delivered": BuiltIn(
        "Заказ получен", "Order delivered", {"order": "text", "items": "list", "product": "text"}
    ),
    "order.cancelled": BuiltIn(
        "Заказ отменён", "Order cancelled", {"order": "text", "total": "number", "reason": "text"}
    ),
    "payment.received": BuiltIn(
        "Деньги получены", "Payment received",
        {"total": "number", "order": "text", "product": "text", "currency": "text"},
    ),
    "form.submitted": BuiltIn("Форма отправлена", "Form submitted", {"form": "text"}, open=True),
    "call.missed": BuiltIn("Пропущен звонок", "Missed call", {"phone": "text"}),
    "page.read": BuiltIn("Страница прочитана", "Page read", {"page": "text", "url": "text"}),
    "message.read": BuiltIn("Письмо прочитано", "Message read", {"tunnel": "text", "step": "text"}),
    "link.clicked": BuiltIn("Ссылка открыта", "Link clicked", {"link": "text", "url": "text", "label": "text"}),
    "promo.redeemed": BuiltIn(
        "Промокод применён", "Promo code redeemed",
        {"promo": "text", "code": "text", "order": "text", "total": "number"},
    ),
    "stage.changed": BuiltIn(
        "Этап изменён", "Stage changed", {"tunnel": "text", "stage": "text", "reason": "text"}
    ),
}  # fmt: skip

ACTED_ON = frozenset({"total", "currency", "product", "order", "tunnel", "stage", "step", "reason", "link", "phone"})
"""Fields that the program itself makes use of: they are kept, whatever the content names."""
