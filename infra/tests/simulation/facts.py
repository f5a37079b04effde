"""What the invariants of the chaos harness are checked against, read from a simulated world."""

import json
from collections.abc import Sequence
from typing import Any

from infra.tests.chaos.dashboard import undecided, unheard
from infra.tests.chaos.differences import waits_for_a_person
from infra.tests.chaos.facts import (
    Facts,
    Timeliness,
    allowance,
    of_databases,
    of_stripe,
)
from infra.tests.simulation.world import World
from ticketing_common.events.message import is_republished
from ticketing_common.timing import Timing
from ticketing_stripe_fake import report

STREAM = "ticketing"
BESIDE = ("streamPositions", "resyncs")  # of a service for itself
Documents = dict[str, dict[str, Any]]
OPEN = ("created", "awaiting:payment")


def documents(world: World) -> tuple[dict[str, Documents], dict[str, int]]:
    """All that a majority has, by collection and id; and how many documents have news waiting."""
    found: dict[str, Documents] = {}
    waiting: dict[str, int] = {}
    for service, members in world.databases.items():
        for collection in members.majority.values():
            if collection.name in BESIDE:
                continue
            name = f"{service}.{collection.name}"
            found[name] = {str(id): {**each} for id, each in collection.documents.items()}
            for each in found[name].values():
                each.pop("_id", None)
            waiting[name] = sum(bool(each.pop("outbox", None)) for each in found[name].values())
    return found, waiting


def gather(world: World, healed: Any, differences: Sequence[str]) -> Facts:
    found, waiting = documents(world)
    told = report.ledger(world.stripe.fake.ledger, "order", None, objects=True)
    streams = world.nats.jetstream.streams
    dead = streams.get(f"{STREAM}-dead-letters")
    messages = [
        (each.subject, json.loads(each.data), each.headers)
        for each in streams[STREAM].messages.values()
    ]
    return Facts(
        journal=world.journal,
        timeliness=Timeliness(healed, allowance(Timing.of(world.window)), world.window),
        **of_databases(found),
        **of_stripe(told),
        forged=dict(world.stripe.fake.webhooks.forged),
        webhooks=dict(world.stripe.fake.webhooks.counts),
        messages=[(subject, body) for subject, body, _ in messages],
        told_again=[body for _, body, headers in messages if is_republished(headers)],
        changes=world.changes,
        waiting=waiting,
        dead_letters=len(dead.messages) if dead else 0,
        stream_wiped=world.stream_lost,
        stream_outgrown=world.stream_outgrown,
        differences=differences,
    )


def under_way(world: World) -> dict[str, int]:
    """What is not finished yet, by name; none of it is an empty dictionary."""
    found, waiting = documents(world)
    counts = {f"{name} with news": count for name, count in waiting.items()}
    orders = found.get("orders.orders", {}).values()
    counts["open orders"] = sum(each["status"] in OPEN for each in orders)
    payments = [(id, each["payment"]) for id, each in found.get("payments.orders", {}).items()]
    counts["payments to look at"] = sum(
        each.get("lookAt") is not None and not waits_for_a_person(each) for _, each in payments
    )
    counts["refunds and disputes not heard of"] = unheard(payments, _accounts(world))
    fake = world.stripe.fake
    counts["refunds and disputes to come"] = fake.later.planned()
    counts["webhooks on their way"] = fake.webhooks.waiting()
    for (stream, name), consumer in world.nats.jetstream.consumers.items():
        if stream == STREAM:
            info = consumer.info()
            counts[f"messages for {name}"] = info["num_pending"] + info["num_ack_pending"]
    return {name: count for name, count in counts.items() if count}


def open_disputes(world: World) -> dict[str, str]:
    """The status of each dispute that no bank has decided, by its id."""
    return undecided(_accounts(world))


def _accounts(world: World) -> dict[str, Any]:
    """Of Stripe's ledger, by order."""
    ledger = report.ledger(world.stripe.fake.ledger, "order", None, objects=False)
    accounts: dict[str, Any] = ledger["orders"]
    return accounts
