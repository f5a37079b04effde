"""Payments outlive the request that started them: the page waits a little, then follows."""

import asyncio
import logging
from collections import Counter
from functools import partial

from ticketing_client.api import VisitorApi
from ticketing_client.page import wait_for
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError

logger = logging.getLogger(__name__)

CATCH_UP = 1.4  # seconds payments may take to hear of a new order; asked last, it waits on its own
MOST_UNDER_WAY = 500  # each keeps its visitor's headers, and they may be long
PATIENCE = 15.0  # times the usual timeout: Stripe is asked twice, with seconds for each


class PaymentsUnderWay:
    """The payments being made right now, each in a task of its own."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._tasks: set[asyncio.Task[None]] = set()
        self._orders: Counter[tuple[str, str]] = Counter()  # and whose session pays for it

    async def start(
        self, api: VisitorApi, order_id: str, token: str, wait: float | None = None
    ) -> bool:
        """Pay; whether it succeeded within `wait` seconds, by default those of any page.

        If not, it goes on.

        Raises what the API answered in that time, and `ApiUnavailableError` where too many are
        under way. Later answers are for the order's page to find: all of them are kept by the
        payments service.
        """
        if len(self._tasks) >= MOST_UNDER_WAY:
            raise ApiUnavailableError("too many payments are under way")
        task = asyncio.create_task(_pay(api, order_id, token))
        self._tasks.add(task)
        self._orders[order_id, api.session] += 1
        task.add_done_callback(partial(self._finished, (order_id, api.session)))
        done, _ = await asyncio.wait({task}, timeout=wait or self._timeout)
        if done:
            await task
        return bool(done)

    def under_way(self, api: VisitorApi, order_id: str) -> bool:
        """Whether the visitor is paying for the order right now, by this client: payments may not
        have heard of it yet. By session, for anybody can send any order's id."""
        return (order_id, api.session) in self._orders

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _finished(self, order: tuple[str, str], task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._orders[order] -= 1
        if not self._orders[order]:
            del self._orders[order]
        if not task.cancelled() and (error := task.exception()):
            logger.info("payment not made", extra={"reason": str(error)})


async def _pay(api: VisitorApi, order_id: str, token: str) -> None:
    """Pay once payments has heard of the order."""

    async def once() -> ApiRefusedError | None:
        try:
            await api.pay(order_id, token, patience=PATIENCE)
        except ApiRefusedError as error:
            if error.status != 404:
                raise
            return error
        return None

    unknown = await wait_for(once, lambda refused: refused is None, CATCH_UP)
    if unknown is not None:
        raise ApiUnavailableError("payments does not know the order yet") from unknown
