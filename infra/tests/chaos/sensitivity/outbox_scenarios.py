"""What has to happen for an outbox's mechanisms to be needed; see `scenarios`."""

import asyncio
from typing import Any

from bson import ObjectId

from infra.tests.chaos.broker import STREAM, jetstream
from infra.tests.chaos.facts import client_of
from infra.tests.chaos.sensitivity.lab import Lab
from infra.tests.chaos.sensitivity.scenarios import Tickets, broker_away

REFUSED = 250  # documents: more than a relay reads at a time
HEADERS = {"X-Padding": "x" * 65_536}  # more than JetStream takes
SETTLED = 40.0  # seconds for all of them to be set aside


async def refused_news(lab: Lab) -> Tickets:
    """Hundreds of tickets have news that JetStream refuses; another's is left to be found in the
    store, and is found only after theirs."""
    ids = await asyncio.to_thread(_insert, lab, await lab.sell())
    [ticket] = await broker_away(lab)
    if await lab.find("orders", "tickets", ticket):
        await lab.until(lambda: asyncio.to_thread(_are_set_aside, lab, ids), SETTLED)
        await asyncio.to_thread(_delete, lab, ids)
        async with jetstream(lab.stack) as broker:
            dead = f"{STREAM}-dead-letters"
            await broker.purge_stream(dead, subject=f"{dead}.tickets-service")
    return {ticket}


def _insert(lab: Lab, like: str) -> list[ObjectId]:
    """Tickets like that one. Their news goes by ids that a relay's index has before all others."""
    ids = [ObjectId() for _ in range(REFUSED)]
    with client_of(lab.stack, "tickets") as client:
        tickets = client["tickets"]["tickets"]
        stored = tickets.find_one({"_id": ObjectId(like)})
        assert stored is not None
        tickets.insert_many([{**stored, "_id": id, "outbox": [_entry(id)]} for id in ids])
    return ids


def _entry(id: ObjectId) -> dict[str, Any]:
    return {"id": f"a/{id}", "subject": "ticket:updated", "headers": HEADERS, "data": "{}"}


def _are_set_aside(lab: Lab, ids: list[ObjectId]) -> bool:
    with client_of(lab.stack, "tickets") as client:
        waiting = {"_id": {"$in": ids}, "outbox.id": {"$gt": ""}}
        return client["tickets"]["tickets"].find_one(waiting) is None


def _delete(lab: Lab, ids: list[ObjectId]) -> None:
    with client_of(lab.stack, "tickets") as client:
        client["tickets"]["tickets"].delete_many({"_id": {"$in": ids}})
