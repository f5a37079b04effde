"""What somebody meant by the price they typed: exactly that amount, or a refusal that says why.

    1250   1,250   $1,250.00   1250.00 USD   1 250,00   1.250,00   1'250.00   are all $1,250.00
    19.99   19,99   are both $19.99
    1.250   is refused: it is 1,250 in one country and 1.25 in another

Read as in the United States, where the prices are at home; what can't be read so, as in Germany,
where comma and dot are the other way round. No part of what was typed is ever left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import NumberFormatError, parse_decimal
from pydantic import TypeAdapter, ValidationError

from ticketing_client.money import money
from ticketing_common.types import Price

LONGEST = 40  # characters; a price has a third of that, and what is longer is not even searched
HERE = "en_US"
GROUPS = {HERE: ",", "de_DE": "."}  # what each writes between thousands

# Blanks, and marks of a text's direction and the like, as are copied along with a price.
_MARKS = (0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
_AROUND = "".join([*filter(str.isspace, map(chr, range(0x3001))), *map(chr, _MARKS)])

# Dollars, before the number or behind it, or neither.
_TYPED = re.compile(r"(?:(?:US)?\$|USD)?\s*([^$]*?)\s*(?:\$|USD|US dollars?|dollars?)?", re.I)
_BOTH_SIDES = re.compile(r"(?:(?:US)?\$|USD).*(?:\$|USD|dollars?)", re.I)
_NUMBER = re.compile(r"[0-9.,'\u2019\s]*[0-9][0-9.,'\u2019\s]*")
_LEADING_ZERO = re.compile(r"0+[^0-9]?0*[0-9]{3}(?![0-9])|0[0-9].*")  # 0,500 and 045 are no prices
_NEUTRAL = re.compile(r"['\u2019\s]")  # between thousands wherever it is used
_FOREIGN = re.compile(r"[€£¥₹₽₩]|\b(?:EUR|GBP|CHF|CAD|AUD|JPY|INR)\b|\bEuros?\b", re.I)
_NEGATIVE = re.compile(r"[-\u2212\u2013]\s*\$?\s*[0-9].*|\$\s*[-\u2212\u2013].*")

_PRICE: TypeAdapter[int | float] = TypeAdapter(Price)


class PriceNotUnderstoodError(ValueError):
    """The message is for who typed it: the reason, and how to write it instead."""


def understand(typed: str) -> Decimal:
    """The amount in dollars, which keeps the API's rules; raise `PriceNotUnderstoodError`."""
    text = typed.strip(_AROUND)
    if len(text) > LONGEST:  # the patterns take the cube of it in steps
        raise _not_understood(text)
    if not text or _NEGATIVE.fullmatch(text):
        raise PriceNotUnderstoodError("Price must be greater than 0")
    if _FOREIGN.search(text):
        raise PriceNotUnderstoodError("Prices are in US dollars, for example 1,250.00")
    amount = _read(text)
    try:
        _PRICE.validate_python(str(amount))
    except ValidationError as error:
        raise PriceNotUnderstoodError(error.errors()[0]["msg"]) from None
    return amount


def _read(text: str) -> Decimal:
    number = _TYPED.fullmatch(text)
    if number and not _BOTH_SIDES.fullmatch(text):
        readings = dict(_readings(number[1]))
        amounts = {each for each in readings.values() if _decimals(each) <= 2}
        here = readings.get(HERE)
        if here is not None and _decimals(here) <= 2:
            return here
        if here is None and len(amounts) == 1:
            return amounts.pop()
        if here is not None and amounts:
            raise PriceNotUnderstoodError(
                f"“{text}” is {here.normalize():f} in one country, {amounts.pop():f} in another: "
                "please type it with two decimals, like 1250.00"
            )
        if here is not None:
            raise PriceNotUnderstoodError("Price must have at most two decimals, like 1250.00")
    raise _not_understood(text)


def _not_understood(text: str) -> PriceNotUnderstoodError:
    return PriceNotUnderstoodError(
        f"“{text[:LONGEST]}” is no price we understand: please type it like 1250 or 1,250.00"
    )


def _readings(number: str) -> Iterator[tuple[str, Decimal]]:
    """What it is in each country where it is a number, written as one writes it there."""
    if not _NUMBER.fullmatch(number) or _LEADING_ZERO.fullmatch(number):
        return
    neutral = set(_NEUTRAL.findall(number))
    for locale, group in GROUPS.items():
        if neutral and (len(neutral) > 1 or group in number):
            continue  # two ways to part thousands in one number
        try:
            yield locale, parse_decimal(_NEUTRAL.sub(group, number), locale=locale, strict=True)
        except NumberFormatError:
            continue


def _decimals(amount: Decimal) -> int:
    """How many were typed: trailing zeros count."""
    exponent = amount.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


@dataclass(frozen=True)
class Said:
    """What a page says beside the field."""

    text: str
    wrong: bool = False


def said_of(typed: str) -> Said:
    """What buyers will pay, or why that is not clear; nothing where nothing is typed yet."""
    if not typed.strip():
        return Said("")
    try:
        return Said(f"Buyers pay {money(understand(typed))}.")
    except PriceNotUnderstoodError as error:
        return Said(f"{error}.", wrong=True)
