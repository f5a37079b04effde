"""Sales as those make them who have nothing but the API: they ask until it knows."""

import asyncio
import time
from typing import Any

from infra.tests.load.saga import TICKET, Lags, Sagas, id_of
from infra.tests.load.wire import Answer

PAUSE = 0.02  # seconds, before what was answered with 404, or is not complete yet, is asked again


class Asking(Sagas):
    """An order as soon as the ticket is known, a payment as soon as the order is, and looks at that
    until it is complete. A lag is from one's own 201 until the next one's: with both requests."""

    async def _run(self, seller: str, buyer: str, lags: Lags) -> float:
        ticket = await self.desk.post("tickets", "/api/tickets", seller, TICKET)
        created = time.perf_counter()
        order = await self._known("orders", "/api/orders", buyer, {"ticketId": ticket})
        ordered = time.perf_counter()
        body = {"token": "tok_visa", "orderId": order}
        await self._known("payments", "/api/payments", buyer, body)
        paid = time.perf_counter()
        while not _is_complete(await self.desk.ask("orders", "GET", f"/api/orders/{order}", buyer)):
            await asyncio.sleep(PAUSE)
        complete = time.perf_counter()
        lags["ticket until ordered"] = (ordered - created) * 1000
        lags["order until paid"] = (paid - ordered) * 1000
        lags["payment until complete"] = (complete - paid) * 1000
        return complete

    async def _known(self, service: str, path: str, cookie: str, body: dict[str, Any]) -> str:
        while (answer := await self.desk.ask(service, "POST", path, cookie, body)).status == 404:
            await asyncio.sleep(PAUSE)
        return id_of(answer)


def _is_complete(answer: Answer) -> bool:
    return answer.status == 200 and answer.json()["status"] == "complete"
