"""Taking over what the base system stored: what its importers, one a service, have in common.

An importer never changes what is here already, so it can be run again, after an interruption too.
It tells of every document that can't be here just as it was there.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from ticketing_common.store import Store
from ticketing_common.store.source import Source
from ticketing_common.types import MAXIMUM_PRICE, MINIMUM_PRICE

CENT = Decimal("0.01")

Stored = Mapping[str, Any]
Stores = Mapping[type, Store[Any]]
Importer = Callable[[Source, Stores, "Report"], Awaitable[None]]


class Report:
    """Counts what was taken over, and `say`s, a line each, what was changed or left out."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.imported = self.present = self.changed = self.left_out = 0
        self._say = say

    def change(self, what: str, id: Any, how: str) -> None:
        """It is here, but not as it was there."""
        self.changed += 1
        self._say(f"changed   {what} {id}: {how}")

    def leave_out(self, what: str, id: Any, why: str) -> None:
        """It is not here, and a person has to decide what becomes of it."""
        self.left_out += 1
        self._say(f"left out  {what} {id}: {why}")

    def __str__(self) -> str:
        return (
            f"{self.imported} imported, {self.present} here already, {self.changed} changed, "
            f"{self.left_out} left out"
        )


async def import_each(
    what: str,
    documents: AsyncIterator[Stored],
    take_over: Callable[[Stored], Awaitable[None]],
    report: Report,
) -> None:
    """Take over one after the other; one that can't be read is left out."""
    async for stored in documents:
        try:
            await take_over(stored)
        except KeyError as error:
            report.leave_out(what, stored["_id"], f"it has no {error}")
        except ValidationError as error:
            wrong = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
            report.leave_out(what, stored["_id"], wrong)


def price_of(value: Any) -> float:
    """The nearest price that can be charged; raise `KeyError` for what is no number at all.

    The base system took any number greater than 0.
    """
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        raise KeyError("price") from None
    if price.is_nan():
        raise KeyError("price")
    clamped = min(max(price, MINIMUM_PRICE), MAXIMUM_PRICE)
    return float(clamped.quantize(CENT, ROUND_HALF_UP))
