"""Everything the invariants are checked against, read once the stack has come to rest."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from pymongo import MongoClient

from infra.tests.chaos.broker import STREAM, jetstream
from infra.tests.chaos.changes import Change
from infra.tests.chaos.journal import JSON, Journal
from infra.tests.chaos.stack import ChaosStack
from ticketing_common.events.delivery import ACK_WAIT
from ticketing_common.events.message import is_republished
from ticketing_common.timing import Timing

DATABASES = ("auth", "tickets", "orders", "payments")
OUTBOXES = (("tickets", "tickets"), ("orders", "orders"), ("payments", "orders"))
PROCESSING = 3.0  # seconds for an expiry to be carried out on two shared cores
Documents = dict[str, JSON]


def allowance(timing: Timing) -> float:
    """For how many seconds an overdue order may be open after healing.

    The sweeper waits for the payments told before, and a payment that a killed replica had in
    hand is given to another one only after `ACK_WAIT`.
    """
    heard = ACK_WAIT + timing.sweep_grace  # which is also what payments' outboxes are given
    return heard + timing.sweep_grace + timing.sweep_interval + PROCESSING


@dataclass(frozen=True)
class Timeliness:
    """When the faults ended, how long after its expiry an order may be open, and how long it holds
    its ticket, both in seconds."""

    healed: datetime
    allowance: float
    window: float


@dataclass(frozen=True)
class Facts:
    """The databases' documents by id; what was told (`messages`), charged and promised."""

    journal: Journal
    timeliness: Timeliness
    users: Documents = field(default_factory=dict)
    tickets: Documents = field(default_factory=dict)
    sales: Documents = field(default_factory=dict)
    orders: Documents = field(default_factory=dict)
    ticket_replicas: Documents = field(default_factory=dict)  # of the orders service
    order_replicas: Documents = field(default_factory=dict)  # of the payments service
    payments: Documents = field(default_factory=dict)
    ledger: Documents = field(default_factory=dict)  # Stripe's, by order
    intents: Documents = field(default_factory=dict)
    refunds: Documents = field(default_factory=dict)  # Stripe's, as the disputes
    disputes: Documents = field(default_factory=dict)
    cases: Documents = field(default_factory=dict)  # of the payments service
    forged: dict[str, int] = field(default_factory=dict)  # webhooks, by kind and answer
    webhooks: dict[str, int] = field(default_factory=dict)  # what became of them
    differences: Sequence[str] = ()  # that reconciliation found
    messages: Sequence[tuple[str, JSON]] = ()
    told_again: Sequence[JSON] = ()  # what messages say that tell a present state again
    changes: Sequence[Change] = ()
    waiting: dict[str, int] = field(default_factory=dict)  # documents with news, by collection
    dead_letters: int = 0
    stream_wiped: bool = False
    of_one_version: bool = True  # or tickets and orders were also run by one without listings
    stream_outgrown: bool = False  # it discarded its beginning, as it may


async def gather(
    stack: ChaosStack,
    journal: Journal,
    timeliness: Timeliness,
    changes: Sequence[Change],
    stream_wiped: bool = False,
    differences: Sequence[str] = (),
) -> Facts:
    documents, waiting = await asyncio.to_thread(read_databases, stack)
    stripe = await asyncio.to_thread(_read_stripe, stack, "ledger")
    webhooks = await asyncio.to_thread(_read_stripe, stack, "webhooks")
    messages, told_again, dead_letters = await _read_stream(stack)
    return Facts(
        journal=journal,
        timeliness=timeliness,
        **of_databases(documents),
        **of_stripe(stripe),
        forged=webhooks["forged"],
        webhooks=webhooks["counts"],
        differences=differences,
        messages=messages,
        told_again=told_again,
        changes=changes,
        waiting=waiting,
        dead_letters=dead_letters,
        stream_wiped=stream_wiped,
        of_one_version=stack.of_one_version,
    )


def of_databases(documents: Mapping[str, Documents]) -> dict[str, Any]:
    """The facts that are in the services' collections."""
    places = {
        "users": "auth.users",
        "tickets": "tickets.tickets",
        "sales": "tickets.sales",
        "orders": "orders.orders",
        "ticket_replicas": "orders.tickets",
        "order_replicas": "payments.orders",
        "payments": "payments.payments",
        "cases": "payments.cases",
    }
    return {fact: documents.get(place, {}) for fact, place in places.items()}


def of_stripe(ledger: JSON) -> dict[str, Any]:
    """The facts that are in the ledger of the Stripe fake."""
    lists = {"intents": "payment_intents", "refunds": "refunds", "disputes": "disputes"}
    found = {fact: {each["id"]: each for each in ledger[name]} for fact, name in lists.items()}
    return {"ledger": ledger["orders"], **found}


def read_databases(stack: ChaosStack) -> tuple[dict[str, Documents], dict[str, int]]:
    """All documents by collection and id, and how many of each collection have news waiting."""
    documents: dict[str, Documents] = {}
    waiting: dict[str, int] = {}
    names = (*(f"{service}.{service}" for service in DATABASES[1:]), "auth.users")
    names = (*names, "tickets.sales", "orders.tickets", "payments.orders", "payments.cases")
    for name in names:
        service, collection = name.split(".")
        with client_of(stack, service) as client:
            found = list(client[service][collection].find())
        documents[name] = {str(each.pop("_id")): each for each in found}
        waiting[name] = sum(bool(each.pop("outbox", None)) for each in found)
    return documents, waiting


def client_of(stack: ChaosStack, service: str) -> "MongoClient[Any]":
    return MongoClient(
        stack.mongo_uri(service), tz_aware=True, readConcernLevel="majority", timeoutMS=10_000
    )


def _read_stripe(stack: ChaosStack, what: str) -> JSON:
    url = f"http://127.0.0.1:{stack.port('stripe')}/_fake/{what}"
    return dict(httpx.get(url, timeout=30).json())


async def _read_stream(stack: ChaosStack) -> tuple[list[tuple[str, JSON]], list[JSON], int]:
    """All messages, the oldest first, those told again, and the number of dead letters."""
    async with jetstream(stack) as broker:
        dead = (await broker.stream_info(f"{STREAM}-dead-letters")).state.messages
        left = (await broker.stream_info(STREAM)).state.messages
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL, inactive_threshold=60
        )
        consumer = await broker.add_consumer(STREAM, config)
        reader = await broker.pull_subscribe_bind(consumer=consumer.name, stream=STREAM)
        messages: list[tuple[str, JSON]] = []
        again: list[JSON] = []
        while len(messages) < left:
            fetched = await reader.fetch(min(500, left - len(messages)), timeout=10)
            messages += [(message.subject, json.loads(message.data)) for message in fetched]
            republished = [each for each in fetched if is_republished(each.headers or {})]
            again += [json.loads(each.data) for each in republished]
        return messages, again, dead
