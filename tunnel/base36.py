"""Numbers in digits and small letters: short names that fit into a button's token."""

from __future__ import annotations

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """Write a number that is not negative. `int(text, 36)` reads it."""
    if number < 36:
        return DIGITS[number]
    digits = []
    while number:
        number, digit = divmod(number, 36)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))
