"""ticket:updated changes what is ordered, and confirms the order that holds the ticket."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from orders.tests.events.listeners.updates import updated
from ticketing_common.errors import NotFoundError
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Database, Store
from ticketing_common.store.retry import retrying
from ticketing_common.types import new_id, now
from ticketing_orders.events.listeners.ticket_updated import TicketUpdatedListener
from ticketing_orders.expiry import expire
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket

Place = Callable[..., Awaitable[Order]]
News = Callable[[], Awaitable[list[str]]]


@pytest.fixture(params=["by the replica that placed it", "by another"])
def listener(
    request: pytest.FixtureRequest, database: Database, tickets: Store[Ticket], orders: Store[Order]
) -> TicketUpdatedListener:
    """Orders are confirmed by the replica that remembers placing them, or by one that does not."""
    another = request.param == "by another"
    return TicketUpdatedListener(tickets, Store(database, Order) if another else orders)


async def test_the_ticket_is_ordered_as_it_is_now(
    listener: TicketUpdatedListener, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """The replica follows its source's title, price and version."""
    await listener.on_message(updated(ticket))

    assert await tickets.get(ticket.id) == Ticket(
        id=ticket.id, version=1, title="Title 1", price=30
    )


async def test_again_changes_nothing(
    listener: TicketUpdatedListener, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """Defect 11 of the base: a redelivered update bumped the replica's version."""
    await listener.on_message(updated(ticket))
    await listener.on_message(updated(ticket))

    assert (await tickets.get(ticket.id)).version == 1


async def test_an_older_update_is_old_news(
    listener: TicketUpdatedListener, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """What is newer stays, and what was skipped is not waited for."""
    await listener.on_message(updated(ticket, version=5))
    await listener.on_message(updated(ticket, version=4))

    stored = await tickets.get(ticket.id)
    assert (stored.version, stored.title) == (5, "Title 5")


async def test_an_update_that_overtook_its_create(
    listener: TicketUpdatedListener, tickets: Store[Ticket]
) -> None:
    """A ticket we have not heard of is one from then on: the update says it all."""
    unknown = Ticket(id=new_id(), title="", price=1)

    await listener.on_message(updated(unknown, version=3))

    assert await tickets.get(unknown.id) == Ticket(
        id=unknown.id, version=3, title="Title 3", price=30
    )


async def test_confirms_the_order_that_holds_the_ticket(
    listener: TicketUpdatedListener, orders: Store[Order], ticket: Ticket, place: Place, news: News
) -> None:
    """Defect 19 of the base, awaiting:payment was never used: here it says the ticket is held."""
    order = await place()

    await listener.on_message(updated(ticket, order=order))

    assert await orders.get(order.id) == order.with_status(OrderStatus.AWAITING_PAYMENT)
    assert await news() == []


async def test_without_an_order_it_confirms_none(
    listener: TicketUpdatedListener, orders: Store[Order], ticket: Ticket, place: Place
) -> None:
    """An edit, or a ticket given back, says nothing about who ordered it since."""
    order = await place()

    await listener.on_message(updated(ticket))

    assert await orders.get(order.id) == order


@pytest.mark.parametrize("status", [s for s in OrderStatus if s != OrderStatus.CREATED])
async def test_an_order_past_that_stays_as_it_is(
    listener: TicketUpdatedListener,
    orders: Store[Order],
    ticket: Ticket,
    place: Place,
    status: OrderStatus,
) -> None:
    """Again, or late: what is confirmed, paid or cancelled gets no new version by it."""
    order = await place(status)

    await listener.on_message(updated(ticket, order=order))

    assert await orders.get(order.id) == order


async def test_confirms_also_by_old_news_of_the_ticket(
    listener: TicketUpdatedListener, orders: Store[Order], ticket: Ticket, place: Place
) -> None:
    """The two halves are independent: a newer version of the ticket hides no confirmation."""
    order = await place()
    await listener.on_message(updated(ticket, version=9))

    await listener.on_message(updated(ticket, version=1, order=order))

    assert (await orders.get(order.id)).status == OrderStatus.AWAITING_PAYMENT


async def test_an_unknown_order(
    listener: TicketUpdatedListener, tickets: Store[Ticket], ticket: Ticket, place: Place
) -> None:
    """It is an error, kept in the end as a dead letter; the ticket is up to date all the same."""
    order = await place()

    with pytest.raises(NotFoundError):
        await listener.on_message(updated(ticket, order=order.model_copy(update={"id": new_id()})))

    assert (await tickets.get(ticket.id)).version == 1


async def test_delivered_twice_at_once(
    listener: TicketUpdatedListener,
    tickets: Store[Ticket],
    orders: Store[Order],
    ticket: Ticket,
    place: Place,
) -> None:
    """It makes one version of the order and of the ticket."""
    order = await place()
    event = updated(ticket, order=order)

    await asyncio.gather(*(retrying(lambda: listener.on_message(event)) for _ in range(2)))

    assert await orders.get(order.id) == order.with_status(OrderStatus.AWAITING_PAYMENT)
    assert (await tickets.get(ticket.id)).version == 1


async def test_confirmed_while_it_is_cancelled(
    listener: TicketUpdatedListener,
    orders: Store[Order],
    ticket: Ticket,
    place: Place,
    news: News,
    overtaken: Callable[..., Store[Order]],
) -> None:
    """Who cancels found it new, and is refused: it ends as cancelled all the same, told once."""
    order = await place(left=-1)
    cancelling = overtaken(lambda: listener.on_message(updated(ticket, order=order)))

    await retrying(lambda: expire(order.id, cancelling, at=now()))

    stored = await orders.get(order.id)
    assert (stored.status, stored.version) == (OrderStatus.CANCELLED, 2)
    assert await news() == [f"order:cancelled/{order.id}/2"]
