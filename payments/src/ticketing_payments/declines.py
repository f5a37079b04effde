"""How often cards may be declined: whoever tries stolen numbers needs many tries.

Declines of an order are in its payment; those of a user and of an address are stored for an hour,
and read only when another one is added. So who pays at the first try costs and notices nothing,
and a replica that has not heard how many there were learns it with the next decline: there may be
as many more as there are other replicas, and those whose tries were under way already.
"""

import hmac
import logging
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ticketing_common.errors import NotFoundError, ServiceUnavailableError, TooManyRequestsError
from ticketing_common.middlewares import by_address
from ticketing_common.store import AlreadyExistsError, Store
from ticketing_common.store.retry import retrying
from ticketing_common.types import now
from ticketing_payments.config import Settings
from ticketing_payments.models.caller import HOUR, Caller
from ticketing_payments.models.order import Order

REFUSED = 10_000  # callers remembered at a time, the latest; 2 MB

logger = logging.getLogger(__name__)


class Declines:
    """Refuses with 429 whoever had too many."""

    def __init__(self, settings: Settings, callers: Store[Caller]) -> None:
        self.callers = callers
        self._per_order = settings.MAX_DECLINES_PER_ORDER
        self._per_hour = settings.MAX_DECLINES_PER_HOUR
        self._key = settings.JWT_KEY.encode()
        self._address = by_address(settings)
        self._refused: dict[str, datetime] = {}  # until when

    def require_few(self, order: Order, request: Request) -> None:
        """Raise `TooManyRequestsError` where one more try is one too many."""
        if self._per_order and order.payment.declines >= self._per_order:
            raise TooManyRequestsError(
                f"{order.payment.declines} cards were declined for this order",
                (order.expires_at - now()).total_seconds(),
                "its ticket can be ordered again",
            )
        for caller in self._callers(order, request) if self._refused else ():
            if until := self._refused.get(caller):
                if (wait := (until - now()).total_seconds()) > 0:
                    raise TooManyRequestsError("Too many cards were declined", wait)
                del self._refused[caller]

    def tries_left(self, order: Order) -> int | None:
        """How many cards may still be declined for the order; None where that has no limit."""
        return max(0, self._per_order - order.payment.declines) if self._per_order else None

    async def add(self, order: Order, request: Request) -> None:
        """A card was declined. Where that can't be written down, it counts for the order only."""
        for caller in self._callers(order, request) if self._per_hour else ():
            try:
                await self._add(caller)
            except ServiceUnavailableError as error:
                logger.warning("decline not counted", extra={"reason": str(error)})

    def _callers(self, order: Order, request: Request) -> tuple[str, str]:
        """Whose tries they are: the buyer's, and everybody's at their address."""
        address = hmac.digest(self._key, f"payer {self._address(request)}".encode(), "sha256")
        return order.user_id, address[:12].hex()

    async def _add(self, caller: str) -> None:
        at, most = now(), self._per_hour

        async def add() -> Caller:
            try:
                return await self.callers.change(caller, lambda known: known.declined(at, most))
            except NotFoundError:
                first = Caller(id=caller, declines=(at,), forgotten_at=at + HOUR)
                return await self.callers.save(first)

        try:
            known = await retrying(add)
        except AlreadyExistsError:  # another one's first decline was faster
            known = await retrying(add)
        if len(known.declines) >= most:
            self._refused.pop(caller, None)
            self._refused[caller] = known.declines[0] + HOUR
            if len(self._refused) > REFUSED:
                del self._refused[next(iter(self._refused))]


def _declines(request: Request) -> Declines:
    declines: Declines = request.app.state.declines
    return declines


DeclinesLimit = Annotated[Declines, Depends(_declines)]
