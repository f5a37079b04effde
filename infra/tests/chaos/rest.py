"""Waiting until nothing is under way any more."""

import asyncio
import random
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pymongo.errors import PyMongoError

from infra.tests.chaos.broker import STREAM, UNREACHABLE, jetstream
from infra.tests.chaos.dashboard import StripeControl, decide, undecided, unheard
from infra.tests.chaos.facts import OUTBOXES, client_of
from infra.tests.chaos.journal import JSON
from infra.tests.chaos.stack import ChaosStack
from ticketing_payments.returns import MOST_FAILED

SOON = timedelta(minutes=1)  # what is looked at again only later waits for somebody
OPEN = {"status": {"$in": ["created", "awaiting:payment"]}}
LOOKS = 3  # in a row without anything under way


async def come_to_rest(stack: ChaosStack, timeout: float) -> tuple[float, dict[str, int]]:
    """Return how long it took, and what is still under way if `timeout` was not enough.

    Meanwhile banks decide over every open dispute: a refund may have to wait for them.
    """
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
    except (PyMongoError, httpx.HTTPError):
        return {"databases that do not answer": 1}
    counts |= await _in_stream(stack)
    counts |= await _in_stripe(stack)
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
                soon = {"$lte": datetime.now(UTC) + SOON}
                tried = {"payment.watch.refundsFailed": {"$not": {"$gte": MOST_FAILED}}}
                due = found.count_documents({"payment.lookAt": soon, **tried})
                counts["payments to look at"] = due
                overdue = {"payment.watch.at": {"$lte": datetime.now(UTC)}}
                counts["charges to look at"] = found.count_documents(overdue)
                watched = found.find({"payment.watch.at": {"$exists": True}})
                payments = [(str(each["_id"]), each["payment"]) for each in watched]
                counts["refunds and disputes not heard of"] = unheard(payments, _of_stripe(stack))
    return counts


def _of_stripe(stack: ChaosStack) -> dict[str, JSON]:
    url = f"http://127.0.0.1:{stack.port('stripe')}/_fake/ledger"
    return dict(httpx.get(url, params={"objects": "no"}, timeout=30).json()["orders"])


async def _in_stripe(stack: ChaosStack) -> dict[str, int]:
    stripe = StripeControl(stack)
    ledger = await stripe.ask("GET", "/ledger?objects=no")
    delays, webhooks = await stripe.ask("GET", "/delays"), await stripe.ask("GET", "/webhooks")
    if ledger is None or delays is None or webhooks is None:
        return {"a Stripe that does not answer": 1}
    disputes = undecided(ledger["orders"])
    await decide(stripe, random.Random("rest"), disputes)
    return {
        "disputes that no bank has decided": len(disputes),
        "refunds and disputes to come": delays["planned"],
        "webhooks on their way": webhooks["waiting"],
    }


async def _in_stream(stack: ChaosStack) -> dict[str, int]:
    with suppress(*UNREACHABLE):
        async with jetstream(stack, timeout=2) as broker:
            return {
                f"messages for {each.name}": (each.num_pending or 0) + (each.num_ack_pending or 0)
                for each in await broker.consumers_info(STREAM)
                if each.config.durable_name
            }
    return {"stream that does not answer": 1}
