"""How many tickets one user may hold reserved at once, or one account could hold the market."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated

from bson import ObjectId
from fastapi import Depends
from starlette.requests import Request

from ticketing_common.errors import TooManyRequestsError
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_orders.models.order import OPEN, Order

USERS = 20_000  # remembered at a time and window, twice; 4 MB
CLOCKS = timedelta(minutes=1)  # by which ids of other replicas may be younger than we think


class OpenOrders:
    """At most `most` open orders a user; 0 is no limit.

    Orders of one user are made one after another in a replica, each after the stored ones that are
    open were counted. The first that a replica makes for a user in a window is not counted, as
    nearly everybody makes only that one: the limit costs them nothing. So a user who asks all
    replicas at once can have as many more open as there are other replicas, twice at worst.
    """

    def __init__(
        self,
        orders: Store[Order],
        most: int,
        window: timedelta,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._orders = orders
        self._most = most
        self._window = window
        self._clock = clock
        self._seconds = window.total_seconds()
        self._turns: dict[str, _Turn] = {}  # as many as there are requests under way
        self._seen: set[str] = set()
        self._seen_before: set[str] = set()
        self._renewed = clock()

    async def one_more(self, user_id: str, make: Callable[[], Awaitable[Order]]) -> Order:
        """The order that is made. Raises `TooManyRequestsError` where there are too many."""
        if not self._most:
            return await make()
        turn = self._turns.get(user_id)
        if turn is None:
            turn = self._turns[user_id] = _Turn()
        turn.requests += 1
        try:
            async with turn.lock:
                if not self._is_first(user_id):
                    await self._count(user_id)
                return await make()
        finally:
            turn.requests -= 1
            if not turn.requests:
                del self._turns[user_id]

    def _is_first(self, user_id: str) -> bool:
        """Whether this replica has made none for them within a window; remembered from now on.

        While more users than it remembers come, all of them are counted.
        """
        at = self._clock()
        if (age := at - self._renewed) >= self._seconds:
            self._seen_before = self._seen if age < 2 * self._seconds else set()
            self._seen = set()
            self._renewed = at
        if user_id in self._seen or user_id in self._seen_before or len(self._seen) >= USERS:
            return False
        self._seen.add(user_id)
        return True

    async def _count(self, user_id: str) -> None:
        at = now()
        # Whatever is open is younger than a window, so the index of a user's orders by id is read
        # no further, however many orders they ever made.
        since = ObjectId.from_datetime(at - self._window - CLOCKS)
        found = await self._orders.find(
            {
                "userId": user_id,
                "_id": {"$gt": since},
                "status": {"$in": list(OPEN)},
                "expiresAt": {"$gt": at},
            },
            limit=self._most,
        )
        if len(found) >= self._most:
            wait = min(order.expires_at for order in found) - at
            raise TooManyRequestsError(
                f"You have {self._most} open orders already",
                wait.total_seconds(),
                "please pay for one, cancel one, or try again",
            )


class _Turn:
    """One user's requests, one after another."""

    __slots__ = ("lock", "requests")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.requests = 0


def _open_orders(request: Request) -> OpenOrders:
    open_orders: OpenOrders = request.app.state.open_orders
    return open_orders


OpenOrdersLimit = Annotated[OpenOrders, Depends(_open_orders)]
