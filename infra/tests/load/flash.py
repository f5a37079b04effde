"""A flash sale: everybody at once on one ticket, or on a few."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from infra.tests.load import market
from infra.tests.load.connection import Connection
from infra.tests.load.figures import percentile
from infra.tests.load.site import Site
from infra.tests.load.wire import request
from ticketing_common.types import new_id

BUYERS = 5_000
OPENING = 250  # connections at a time
PAUSE = 0.02  # seconds between two requests of a visitor elsewhere


@dataclass(frozen=True, slots=True)
class Sale:
    """Times in milliseconds. `elsewhere` is what other endpoints answered meanwhile."""

    tickets: int
    buyers: int
    orders: int
    stored: int
    answers: dict[str, int]
    seconds: float
    accepted_p99: float
    refused_p50: float
    refused_p99: float
    elsewhere: dict[str, tuple[int, float, float]]  # answers not 200, p50, p99

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def flash_sale(site: Site, tickets: int, buyers: int = BUYERS) -> Sale:
    """Every buyer has a connection and asks once; each ticket is wanted by as many."""
    filled = await market.anew(site, tickets, 20)
    held = filled.held[0]
    queue = [Connection(site.ports["orders"]) for _ in range(buyers)]
    for first in range(0, buyers, OPENING):
        await asyncio.gather(*(each.connect() for each in queue[first : first + OPENING]))
    wishes = [filled.tickets[number % tickets] for number in range(buyers)]
    asked = [
        request("POST", "/api/orders", site.cookie(new_id()), {"ticketId": id}) for id in wishes
    ]
    places = {
        "one ticket": ("tickets", request("GET", f"/api/tickets/{filled.tickets[0]}")),
        "one order": ("orders", request("GET", f"/api/orders/{held.id}", site.cookie(held.buyer))),
    }
    visitors = [
        asyncio.create_task(_visit(site.ports[service], wish)) for service, wish in places.values()
    ]
    started = time.perf_counter()
    results = await asyncio.gather(
        *(_timed(each, wish) for each, wish in zip(queue, asked, strict=True))
    )
    seconds = time.perf_counter() - started
    for visitor in visitors:
        visitor.cancel()
    visits = [await visitor for visitor in visitors]
    for connection in queue:
        connection.close()
    await site.quiet()
    return Sale(
        tickets=tickets,
        buyers=buyers,
        orders=sum(status == 201 for status, _ in results),
        stored=site.mongo["orders"]["orders"].count_documents({}) - len(filled.held),
        answers={str(status): n for status, n in Counter(s for s, _ in results).items()},
        seconds=seconds,
        accepted_p99=percentile([took for status, took in results if status == 201], 99),
        refused_p50=percentile([took for status, took in results if status == 400], 50),
        refused_p99=percentile([took for status, took in results if status == 400], 99),
        elsewhere={name: _summary(found) for name, found in zip(places, visits, strict=True)},
    )


async def _timed(connection: Connection, wish: bytes) -> tuple[int, float]:
    started = time.perf_counter()
    answer = await connection.fetch(wish)
    return answer.status, (time.perf_counter() - started) * 1000


async def _visit(port: int, wish: bytes) -> list[tuple[int, float]]:
    """Ask again and again until cancelled."""
    connection = Connection(port)
    found: list[tuple[int, float]] = []
    try:
        while True:
            found.append(await _timed(connection, wish))
            await asyncio.sleep(PAUSE)
    except asyncio.CancelledError:
        return found
    finally:
        connection.close()


def _summary(found: Sequence[tuple[int, float]]) -> tuple[int, float, float]:
    times = [took for _, took in found]
    wrong = sum(status != 200 for status, _ in found)
    return wrong, percentile(times, 50), percentile(times, 99)
