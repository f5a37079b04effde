"""Stripe's books, read from end to end: charges, refunds and disputes of a span of time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from ticketing_payments.gateway.calls import NOT_FOUND, Calls, Params
from ticketing_payments.gateway.errors import RefusedError, StripeUnavailableError
from ticketing_payments.gateway.objects import (
    Charge,
    Intent,
    StripeObject,
    parsed,
    to_charge,
    to_intent,
)
from ticketing_payments.gateway.span import Span

CHARGES = "/v1/charges"
INTENTS = "/v1/payment_intents"
PAGE = 100  # objects a call: the most that Stripe gives
TIMEOUT = 30.0  # seconds for one page
TRIES = 6  # of each call, with pauses of 1, 2, 4, 8 and 16 seconds

T = TypeVar("T")


class StripeBooks(Calls):
    """What only reads: it retries by itself. Raises `StripeUnavailableError` in the end."""

    pause = 1.0  # seconds after the first failure

    def __init__(self, key: str, api_base: str) -> None:
        super().__init__(key, api_base, TIMEOUT)

    def charges(self, span: Span) -> AsyncIterator[list[Charge]]:
        """Those made then, a page at a time."""
        return self._pages(CHARGES, span, _charges)

    def refunded(self, span: Span) -> AsyncIterator[list[Charge]]:
        """Those of which a refund was made then."""
        return self._pages("/v1/refunds", span, _charges_of, "data.charge")

    def disputed(self, span: Span) -> AsyncIterator[list[Charge]]:
        """Those to which a cardholder objected then."""
        return self._pages("/v1/disputes", span, _charges_of, "data.charge")

    def intents(self, span: Span) -> AsyncIterator[list[Intent]]:
        """Those made then, a page at a time, the newest first."""
        return self._pages(INTENTS, span, lambda found: list(map(to_intent, found)))

    async def charge(self, id: str) -> Charge | None:
        """None where Stripe has none of that id."""
        try:
            return parsed(to_charge, await self._read(f"{CHARGES}/{id}"))
        except RefusedError as error:
            if error.code == NOT_FOUND:
                return None
            raise StripeUnavailableError from error

    async def _pages(
        self,
        path: str,
        span: Span,
        parse: Callable[[list[StripeObject]], list[T]],
        *expand: str,
    ) -> AsyncIterator[list[T]]:
        params: dict[str, Any] = {
            "created[gte]": span.begin,
            "created[lt]": span.end,
            "limit": PAGE,
            **{f"expand[{number}]": field for number, field in enumerate(expand)},
        }
        while True:
            page = await self._read(path, params)
            yield parsed(lambda found: parse(found["data"]), page)
            if not page.get("has_more"):
                return
            params["starting_after"] = page["data"][-1]["id"]

    async def _read(self, path: str, params: Params | None = None) -> StripeObject:
        for number in range(TRIES - 1):
            try:
                return await self._get(path, params)
            except StripeUnavailableError:
                await asyncio.sleep(self.pause * 2**number)
        return await self._get(path, params)


def _charges(found: list[StripeObject]) -> list[Charge]:
    return list(map(to_charge, found))


def _charges_of(found: list[StripeObject]) -> list[Charge]:
    """Of refunds or disputes, which may be of none."""
    return _charges([each["charge"] for each in found if each["charge"] is not None])
