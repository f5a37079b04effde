"""What has been stored where, told by the databases themselves.

Polling the API for it would be most of the work that is measured; a change stream costs the
services nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from pymongo import AsyncMongoClient

from infra.tests.load.site import Site

Key = tuple[str, str, str]  # database, document id, and "known" or a new status

NEWS = [
    {
        "$match": {
            "$or": [
                {"operationType": "insert"},
                {"updateDescription.updatedFields.status": {"$exists": True}},
            ]
        }
    },
    {"$project": {"operationType": 1, "documentKey": 1, "updateDescription": 1}},
]


class Milestones:
    """When each document was first seen in each state (seconds of the monotonic clock)."""

    def __init__(self) -> None:
        self._reached: dict[Key, asyncio.Future[float]] = {}

    def tell(self, change: Mapping[str, Any], database: str) -> None:
        id = str(change["documentKey"]["_id"])
        what = "known"
        if change["operationType"] == "update":
            what = change["updateDescription"]["updatedFields"]["status"]
        future = self._of((database, id, what))
        if not future.done():
            future.set_result(time.perf_counter())

    async def reached(self, database: str, id: str, what: str = "known") -> float:
        """Wait until the document is there, or has that status; the moment it was seen."""
        return await self._of((database, id, what))

    def _of(self, key: Key) -> "asyncio.Future[float]":
        if key not in self._reached:
            self._reached[key] = asyncio.get_running_loop().create_future()
        return self._reached[key]


@asynccontextmanager
async def milestones(site: Site) -> AsyncIterator[Milestones]:
    """Watch the replicas that orders and payments keep, and the orders' statuses."""
    seen = Milestones()
    tasks = []
    for database in ("orders", "payments"):
        port = site.ports[f"{database}-mongo"]
        client: AsyncMongoClient[Any] = AsyncMongoClient(
            f"mongodb://127.0.0.1:{port}/?directConnection=true"
        )
        opened = asyncio.Event()
        tasks.append(asyncio.create_task(_watch(client, database, seen, opened)))
        await asyncio.wait_for(opened.wait(), 30)
    try:
        yield seen
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(client: Any, database: str, seen: Milestones, opened: asyncio.Event) -> None:
    async with client, await client[database].watch(NEWS, max_await_time_ms=100) as changes:
        opened.set()
        async for change in changes:
            seen.tell(change, database)
