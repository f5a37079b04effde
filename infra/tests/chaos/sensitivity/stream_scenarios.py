"""What has to happen for the watch over the stream to be needed; see `scenarios`."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from infra.tests.chaos.broker import STREAM, jetstream
from infra.tests.chaos.data import back_up, restore
from infra.tests.chaos.facts import client_of
from infra.tests.chaos.journal import JSON
from infra.tests.chaos.proxy import Mode
from infra.tests.chaos.sensitivity.lab import Lab
from infra.tests.chaos.sensitivity.scenarios import Tickets
from ticketing_tickets.events.publishers import ticket_created
from ticketing_tickets.models.ticket import Ticket

EDITS = 40
HEALED = 15.0  # seconds: two looks of the watch, and what follows
QUIET = 60.0  # seconds: everything is told again, in turns


async def busy_watches(lab: Lab) -> Tickets:
    """A ticket is edited all the time, so that the stream is longer at each look of a watch."""
    ticket = await lab.sell()
    for number in range(EDITS):
        body = {"title": f"Edited {number} times", "price": "20.00"}
        answer = await lab.until_status(200, lab.seller, "PUT", f"/api/tickets/{ticket}", body)
        lab.journal.ticket(answer.body)
        await asyncio.sleep(0.15)
    return {ticket}


async def discarded_unheard(lab: Lab) -> Tickets:
    """An order is cancelled while no payments service is there, and the stream reaches its limit
    before there is."""
    order = await lab.order(await lab.sell())
    await lab.until(lambda: _has_looked(lab, "payments"))
    lab.journal.stream_lost = True
    async with _held(lab, "payments-1", "payments-2"):
        await lab.cancel(order)
        await lab.heard("tickets-service_order-cancelled", "tickets-service_order-created")
        await lab.until(lambda: _has_looked(lab, "tickets"))  # which missed nothing
        await lab.until(lambda: _has_looked(lab, "orders"))
        async with jetstream(lab.stack) as broker:
            config = (await broker.stream_info(STREAM)).config
            config.max_msgs = 1
            await broker.update_stream(config)
            config.max_msgs = -1
            await broker.update_stream(config)
    heard = {"status": "cancelled"}
    await lab.give_time(lambda: lab.find("payments", "orders", order["id"], **heard), HEALED)
    return {order["ticket"]["id"]}


async def restored_broker(lab: Lab) -> Tickets:
    """NATS loses its latest news to a restored backup, and is longer again before anybody looks."""
    # Else somebody would ask for all news once more, whether or not this loss is noticed.
    await lab.until(lambda: _nothing_is_awaited(lab), QUIET)
    known = await lab.sell()
    stored = await lab.find("tickets", "tickets", known)
    assert stored is not None
    stack, backup = lab.stack, lab.stack.data / "nats-backup"
    await asyncio.to_thread(back_up, stack, "nats", "nats", backup)
    lab.journal.stream_lost = True
    async with _held(lab, "orders-1", "orders-2"):
        body = {"title": "Lost", "price": "19.99"}
        answer = await lab.until_status(201, lab.seller, "POST", "/api/tickets", body)
        lab.journal.ticket(answer.body)
        await lab.until(lambda: _has_looked(lab, "tickets"))
        stack.proxies["nats"].set(Mode.CUT)
        await restore(stack, "nats", "nats", backup)
        for _ in range(20):
            await lab.tell(ticket_created(Ticket.from_mongo(stored)))
        stack.proxies["nats"].set(Mode.PASS)
    ticket = str(answer.body["id"])
    await lab.give_time(lambda: lab.find("orders", "tickets", ticket), 2 * HEALED)
    return {ticket}


async def _nothing_is_awaited(lab: Lab) -> bool:
    stored = [
        await asyncio.to_thread(_position, lab, service)
        for service in ("tickets", "orders", "payments")
    ]
    return not any(position.get("awaited") for position in stored)


@asynccontextmanager
async def _held(lab: Lab, *names: str) -> AsyncIterator[None]:
    """Meanwhile these processes are not there."""
    pids = [await lab.stack.kill_and_hold(name) for name in names]
    try:
        yield
    finally:
        for pid in pids:
            lab.stack.send_to(pid, signal.SIGCONT)
        await lab.until(lambda: _are_ready(lab, names))


async def _are_ready(lab: Lab, names: tuple[str, ...]) -> bool:
    return all(lab.stack.state()[name]["ready"] for name in names)


async def _has_looked(lab: Lab, service: str) -> bool:
    """Whether a service's watch has seen the stream as long as it is, and all of it heard."""
    async with jetstream(lab.stack) as broker:
        last = (await broker.stream_info(STREAM)).state.last_seq
    return await asyncio.to_thread(_remembers, lab, service, last)


def _remembers(lab: Lab, service: str, last: int) -> bool:
    position = _position(lab, service)
    reached = [position.get("lastSequence", 0), *position.get("heard", {}).values()]
    return bool(min(reached) >= last)


def _position(lab: Lab, service: str) -> JSON:
    with client_of(lab.stack, service) as client:
        return client[service]["streamPositions"].find_one() or {}
