"""Waiting until nothing is under way any more."""

import asyncio
import time
from contextlib import suppress
from typing import Any

from pymongo.errors import PyMongoError

from infra.tests.chaos.broker import STREAM, UNREACHABLE, jetstream
from infra.tests.chaos.facts import OUTBOXES, client_of
from infra.tests.chaos.stack import ChaosStack

OPEN = {"status": {"$in": ["created", "awaiting:payment"]}}
LOOKS = 3  # in a row without anything under way


async def come_to_rest(stack: ChaosStack, timeout: float) -> tuple[float, dict[str, int]]:
    """Return how long it took, and what is still under way if `timeout` was not enough."""
    began = time.monotonic()
    calm = 0
    while True:
        under_way = await _under_way(stack)
        calm = 0 if under_way else calm + 1
        took = time.monotonic() - began
        if calm == LOOKS or took > timeout:
            return took, under_way
        await asyncio.sleep(0.3)


async def _under_way(stack: ChaosStack) -> dict[str, int]:
    """What is not finished yet, by name; none of it is an empty dictionary."""
    try:
        counts = await asyncio.to_thread(_in_databases, stack)
    except PyMongoError:
        return {"databases that do not answer": 1}
    counts |= await _in_stream(stack)
    return {name: count for name, count in counts.items() if count}


def _in_databases(stack: ChaosStack) -> dict[str, int]:
    counts: dict[str, int] = {}
    for service, collection in OUTBOXES:
        with client_of(stack, service) as client:
            found: Any = client[service][collection]
            waiting = found.count_documents({"outbox.id": {"$gt": ""}})
            counts[f"{service}.{collection} with news"] = waiting
            if service == "orders":
                counts["open orders"] = found.count_documents(OPEN)
            if service == "payments":
                due = {"payment.lookAt": {"$ne": None}}
                counts["payments to look at"] = found.count_documents(due)
    return counts


async def _in_stream(stack: ChaosStack) -> dict[str, int]:
    with suppress(*UNREACHABLE):
        async with jetstream(stack, timeout=2) as broker:
            return {
                f"messages for {each.name}": (each.num_pending or 0) + (each.num_ack_pending or 0)
                for each in await broker.consumers_info(STREAM)
                if each.config.durable_name
            }
    return {"stream that does not answer": 1}
