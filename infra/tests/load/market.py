"""A market put straight into the databases, in the form the services store it in."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bson import ObjectId

from infra.tests.load.site import Site
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Document
from ticketing_common.types import new_id, now
from ticketing_orders.models.order import Order, OrderedTicket
from ticketing_orders.models.ticket import Ticket as Replica
from ticketing_payments.models.order import Order as Payable
from ticketing_tickets.models.ticket import Ticket

BATCH = 5_000  # documents a write
ORDERS_A_BUYER = 20
FAR = timedelta(days=1)  # no reservation expires while we measure


@dataclass(frozen=True, slots=True)
class Held:
    """An order that waits for its payment."""

    id: str
    buyer: str


@dataclass(frozen=True, slots=True)
class Market:
    """Ids of what there is: tickets on sale, of one seller, and orders of many buyers."""

    seller: str
    tickets: Sequence[str]
    held: Sequence[Held]


async def anew(site: Site, on_sale: int, held: int) -> Market:
    """Once the site has come to rest: another market in the place of what there is."""
    await site.quiet()
    _empty(site)
    return _fill(site, on_sale, held)


def _empty(site: Site) -> None:
    """Take out all tickets, orders and payments. The indexes stay."""
    for service in ("tickets", "orders", "payments"):
        database = site.mongo[service]
        for collection in ("tickets", "sales", "orders", "payments"):
            database[collection].delete_many({})


def _fill(site: Site, on_sale: int, held: int) -> Market:
    """So many tickets on sale, and so many more that are reserved and not paid."""
    seller = new_id()
    tickets = [new_id() for _ in range(on_sale)]
    orders = _orders(held)
    _insert(site, "tickets", "tickets", (_ticket(id, seller) for id in tickets))
    _insert(site, "tickets", "tickets", (_held_ticket(order, seller) for order in orders))
    replicas = [*tickets, *(order.ticket.id for order in orders)]
    _insert(site, "orders", "tickets", (_replica(id) for id in replicas))
    _insert(site, "orders", "orders", orders)
    _insert(site, "payments", "orders", map(_payable, orders))
    return Market(seller, tickets, [Held(order.id, order.user_id) for order in orders])


def _insert(site: Site, service: str, collection: str, documents: Any) -> None:
    target = site.mongo[service][collection]
    for batch in _batches(documents):
        target.insert_many([_stored(document) for document in batch], ordered=False)


def _batches(documents: Any) -> Iterator[list[Document]]:
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _stored(document: Document) -> dict[str, Any]:
    return {"_id": ObjectId(document.id), **document.to_mongo()}


def _title(id: str) -> str:
    return f"Concert {id[-6:]} in the open air"


def _ticket(id: str, seller: str) -> Ticket:
    return Ticket(id=id, title=_title(id), price=19.99, user_id=seller)


def _held_ticket(order: Order, seller: str) -> Ticket:
    ticket = _ticket(order.ticket.id, seller)
    return ticket.next(order_id=order.id, reservation=1)


def _replica(id: str) -> Replica:
    return Replica(id=id, title=_title(id), price=19.99)


def _orders(count: int) -> list[Order]:
    buyers = [new_id() for _ in range(-(-count // ORDERS_A_BUYER))]
    expires = now() + FAR
    return [
        Order(
            id=new_id(),
            version=1,
            user_id=buyers[number // ORDERS_A_BUYER],
            status=OrderStatus.AWAITING_PAYMENT,
            expires_at=expires,
            ticket=OrderedTicket(
                id=(ticket := new_id()), title=_title(ticket), price=19.99, version=0, reservation=1
            ),
        )
        for number in range(count)
    ]


def _payable(order: Order) -> Payable:
    return Payable(
        id=order.id,
        version=1,
        user_id=order.user_id,
        status=OrderStatus.CREATED,
        price=order.ticket.price,
        expires_at=order.expires_at,
        order_version=0,
    )


def shuffled(values: Sequence[Any], seed: int = 1) -> list[Any]:
    mixed = list(values)
    random.Random(seed).shuffle(mixed)
    return mixed
