"""What has to happen for a mechanism to be needed, step by step on the real stack.

Each scenario returns its tickets. With the mechanism nothing is wrong with them afterwards.
"""

import asyncio
import json
import signal
from datetime import timedelta

from redis.asyncio import Redis

from infra.tests.chaos.journal import JSON
from infra.tests.chaos.proxy import Mode
from infra.tests.chaos.sensitivity.lab import Lab
from infra.tests.chaos.sensitivity.timing import ALLOWANCE
from ticketing_common.events.catalogue import ExpirationComplete, OrderStatus, PaymentCreated
from ticketing_common.types import new_id, now
from ticketing_orders.events.publishers import order_cancelled, order_created
from ticketing_tickets.events.publishers import ticket_created
from ticketing_tickets.models.ticket import Ticket

Tickets = set[str]


async def late_cancel(lab: Lab) -> Tickets:
    """The cancel of a ticket's first order is delivered again while a second one holds it."""
    ticket, first = await _ordered_and_cancelled(lab)
    await lab.order(ticket)
    await lab.tell(order_cancelled(await lab.stored_order(first["id"])))
    await lab.heard("tickets-service_order-cancelled")
    return {ticket}


async def late_create(lab: Lab) -> Tickets:
    """A cancelled order's create is delivered again."""
    ticket, first = await _ordered_and_cancelled(lab)
    order = await lab.stored_order(first["id"])
    at_first = order.model_copy(update={"status": OrderStatus.CREATED, "version": 0})
    await lab.tell(order_created(at_first))
    await lab.heard("tickets-service_order-created")
    return {ticket}


async def race(lab: Lab) -> Tickets:
    """Two dozen orders for one ticket while none of them can be committed yet."""
    ticket = await lab.sell()
    body = {"ticketId": ticket}
    async with lab.replication_stopped():
        tries = [asyncio.create_task(lab.buyer.ask("POST", "/api/orders", body)) for _ in range(24)]
        await asyncio.sleep(0.7)  # for all to have decided, which nothing outside can see
    for answer in await asyncio.gather(*tries):
        if answer.status == 201:
            lab.journal.orders[answer.body["id"]] = answer.body
    await lab.until(lambda: lab.has_order_of(ticket))
    return {ticket}


async def late_edit(lab: Lab) -> Tickets:
    """An edited ticket's first version is delivered again."""
    ticket = await lab.sell()
    before = await lab.find("tickets", "tickets", ticket)
    assert before is not None
    body = {"title": "Another show", "price": "25.00"}
    answer = await lab.seller.ask("PUT", f"/api/tickets/{ticket}", body)
    lab.journal.ticket(answer.body)
    await lab.until(lambda: lab.find("orders", "tickets", ticket, version=1))
    await lab.tell(ticket_created(Ticket.from_mongo(before)))
    await lab.heard("orders-service_ticket-created")
    return {ticket}


async def broker_away(lab: Lab) -> Tickets:
    """A ticket is listed while NATS can't be reached, and then its service is killed."""
    nats = lab.stack.proxies["nats"]
    nats.set(Mode.CUT)
    body = {"title": "Unheard of", "price": "12.50"}
    answer = await lab.until_status(201, lab.seller, "POST", "/api/tickets", body)
    lab.journal.ticket(answer.body)
    for replica in ("tickets-1", "tickets-2"):
        lab.stack.send(replica, signal.SIGKILL)
    nats.set(Mode.PASS)
    await lab.stack.until_ready()
    ticket = str(answer.body["id"])
    await lab.give_time(lambda: lab.find("orders", "tickets", ticket), 8.0)
    return {ticket}


async def forgotten_order(lab: Lab) -> Tickets:
    """Redis loses everything while an order waits there for its time."""
    order = await lab.order(await lab.sell())
    await lab.heard("expiration-service_order-created")
    secrets = json.loads((lab.stack.data / "secrets.json").read_text())
    redis = Redis(
        port=lab.stack.port("expiration-redis"),
        username="operator",
        password=secrets["REDIS_OPERATOR_PASSWORD"],
    )
    await redis.flushall()
    await redis.aclose()
    stored = await lab.stored_order(order["id"])
    left = stored.expires_at + timedelta(seconds=ALLOWANCE) - now()
    await lab.give_time(
        lambda: lab.find("orders", "orders", order["id"], status="cancelled"),
        left.total_seconds(),
    )
    return {order["ticket"]["id"]}


async def paid_while_cancelled(lab: Lab) -> Tickets:
    """A payment is heard of while the order's cancel is written and can't be committed yet."""
    order = await lab.order(await lab.sell())
    primary = await asyncio.to_thread(lab.orders.primary)
    assert primary is not None
    async with lab.replication_stopped():
        cancelling = asyncio.create_task(lab.cancel(order))
        await lab.until(lambda: _is_cancelled(lab, primary, order))
        await lab.tell(PaymentCreated(id=new_id(), order_id=order["id"], stripe_id="ch_unheard_of"))
        await asyncio.sleep(0.7)  # for the listener's read, which nothing outside can see
    await cancelling
    await lab.heard("orders-service_payment-created")
    return {order["ticket"]["id"]}


async def false_expiry(lab: Lab) -> Tickets:
    """An order is said to have expired long before it has."""
    order = await lab.order(await lab.sell())
    await lab.tell(ExpirationComplete(order_id=order["id"]))
    await lab.heard("orders-service_expiration-complete")
    return {order["ticket"]["id"]}


async def lost_cancel(lab: Lab) -> Tickets:
    """A cancel that only the primary knows; an order reads there and writes after a failover."""
    stack = lab.stack
    order = await lab.order(await lab.sell())
    primary = await asyncio.to_thread(lab.orders.primary)
    assert primary is not None
    lab.journal.cancel_tried.add(order["id"])
    path, body = f"/api/orders/{order['id']}", {"ticketId": order["ticket"]["id"]}
    async with lab.replication_stopped():
        cancelling = asyncio.create_task(lab.ask_replica("orders-1", "DELETE", path))
        await lab.until(lambda: _is_cancelled(lab, primary, order))
        ordering = asyncio.create_task(lab.ask_replica("orders-2", "POST", "/api/orders", body))
        await asyncio.sleep(0.3)  # for its read, which nothing outside can see
        stack.send("orders-1", signal.SIGKILL)  # or it would cancel again after the failover
        held = await stack.kill_and_hold(primary)
    _, ordered = await asyncio.gather(cancelling, ordering)
    stack.send_to(held, signal.SIGCONT)
    await stack.until_ready()
    if ordered.status not in (201, 400):  # it was neither stored nor refused
        raise TimeoutError(f"no failover within the driver's patience: {ordered.status}")
    return {order["ticket"]["id"]}


async def _is_cancelled(lab: Lab, member: str, order: JSON) -> bool:
    return await asyncio.to_thread(lab.orders.status_of, member, order["id"]) == "cancelled"


async def _ordered_and_cancelled(lab: Lab) -> tuple[str, JSON]:
    ticket = await lab.sell()
    order = await lab.order(ticket)
    await lab.cancel(order)
    await lab.until(lambda: lab.find("tickets", "tickets", ticket, orderId=None))
    return ticket, order
