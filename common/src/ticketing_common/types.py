"""The values the services exchange: identifiers, prices, moments, versions."""

import re
import sys
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Annotated

from bson import ObjectId
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints
from pydantic_core import PydanticCustomError

MINIMUM_PRICE = Decimal("0.50")  # Stripe's smallest charge in US dollars
MAXIMUM_PRICE = Decimal("999999.99")  # and its largest
CENT = Decimal("0.01")

_LEAST, _MOST = float(MINIMUM_PRICE), float(MAXIMUM_PRICE)
_EXACT = Decimal(10**13)  # below it a float can tell cents
_LARGEST = Decimal(sys.float_info.max)  # beyond it a float is infinite, of which there are no cents

_NUMBER = re.compile(r"[+-]?([0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})(e[+-]?[0-9]{1,3})?", re.I)

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
Version = Annotated[int, Field(ge=0, le=2**53)]


def new_id() -> str:
    """A fresh document id: 24 hexadecimal digits, as MongoDB's drivers make them."""
    return str(ObjectId())


def made_at(id: str) -> datetime:
    """When an id was made, to the second: they begin with that."""
    return datetime.fromtimestamp(int(id[:8], 16), UTC)


def _to_price(value: object) -> int | float:
    """Dollars as a number JSON shows as it was typed: 50 stays 50, 19.99 stays 19.99."""
    if type(value) is float and _LEAST <= value <= _MOST and _has_whole_cents(value):
        return int(value) if value.is_integer() else value  # what nearly every price is
    if type(value) is int and 1 <= value <= _MOST:
        return value
    price = _decimal(value)
    if price <= 0:
        raise _no_price()
    if price < MINIMUM_PRICE:
        raise PydanticCustomError("price", f"Price must be at least {MINIMUM_PRICE}")
    if price > MAXIMUM_PRICE:
        raise PydanticCustomError("price", f"Price must be at most {MAXIMUM_PRICE}")
    if price != price.quantize(CENT):
        raise PydanticCustomError("price", "Price must have at most two decimals")
    return _number(price)


def _to_any_price(value: object) -> int | float:
    """Dollars as they were kept, rounded half up to cents."""
    if type(value) is float and _LEAST <= value <= _MOST and _has_whole_cents(value):
        return int(value) if value.is_integer() else value
    if type(value) is int and 1 <= value <= _MOST:
        return value
    price = _decimal(value)
    if not 0 <= price <= _LARGEST:
        raise _no_price()
    return _number(price.quantize(CENT, ROUND_HALF_UP)) if price < _EXACT else float(price)


def _has_whole_cents(price: float) -> bool:
    """Whether it is the float nearest to some number of cents, as typed ones are. (`round` says the
    same, and takes four times as long.)"""
    return int(price * 100 + 0.5) / 100 == price


def _decimal(value: object) -> Decimal:
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise InvalidOperation
        if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
            raise InvalidOperation
        price = Decimal(str(value).strip())
        if not price.is_finite():
            raise InvalidOperation
    except (InvalidOperation, ValueError):
        raise _no_price() from None
    return price


def _no_price() -> PydanticCustomError:
    return PydanticCustomError("price", "Price must be greater than 0")


def _number(price: Decimal) -> int | float:
    return int(price) if price == price.to_integral_value() else float(price)


Price = Annotated[int | float, BeforeValidator(_to_price)]  # one that may be asked for
AnyPrice = Annotated[int | float, BeforeValidator(_to_any_price)]  # one that was, by any rules


def chargeable(price: int | float) -> bool:
    """Whether Stripe takes this amount."""
    return _LEAST <= price <= _MOST


def cents(price: int | float) -> int:
    """A price in cents, by decimal arithmetic: 19.99 is 1999, never 1998.99."""
    return int(Decimal(str(price)) * 100)


def now() -> datetime:
    """The present moment in UTC, in milliseconds as MongoDB keeps it."""
    return in_milliseconds(datetime.now(UTC))


def in_milliseconds(moment: datetime) -> datetime:
    if moment.tzinfo is UTC and moment.microsecond % 1000 == 0:
        return moment  # what nearly every moment is: it has been here before
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


Moment = Annotated[
    datetime,
    AfterValidator(in_milliseconds),
    PlainSerializer(_iso, return_type=str, when_used="json"),
]
