"""Events from outside: those that every content knows, and what is written by hand of what one carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunnel.language.definition import EventKind, FieldType
from tunnel.language.fields import to_flag, to_number

FieldValue = str | float | bool | list[str]


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


def read_field(kind: EventKind | None, name: str, written: str | Sequence[str], *, plain: bool = True) -> FieldValue:
    """What a field of an event carries, from what a script or a command line says.

    A field that the event does not declare is what it looks like: plain digits are a number, unless they are quoted
    (`plain` False). Raises ValueError.
    """
    type_ = kind.fields.get(name) if kind is not None else None
    if not isinstance(written, str):
        if type_ not in (None, "list"):
            raise ValueError("one value is needed")
        return list(written)
    if type_ == "number":
        return to_number(written)
    if type_ == "flag":
        return to_flag(written)
    if type_ == "list":
        return [one for part in written.split(",") if (one := part.strip())]
    if type_ is None and plain:
        return _as_it_looks(written)
    return written


def _as_it_looks(written: str) -> str | float | bool:
    try:
        return to_number(written) if len(written) < 10 else written  # longer ones are phones and numbers of orders
    except ValueError:
        return {"true": True, "false": False}.get(written, written)
