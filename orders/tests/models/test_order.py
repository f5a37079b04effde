"""An order: its rules, and how it is stored."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import AlreadyExistsError, Database, Store
from ticketing_common.types import new_id
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket

Place = Callable[..., Awaitable[Order]]


@pytest.mark.parametrize(
    ("status", "open", "holds_ticket"),
    [
        (OrderStatus.CREATED, True, True),
        (OrderStatus.AWAITING_PAYMENT, True, True),
        (OrderStatus.COMPLETE, False, True),
        (OrderStatus.CANCELLED, False, False),
    ],
)
async def test_what_a_status_means(
    place: Place, status: OrderStatus, open: bool, holds_ticket: bool
) -> None:
    """Only what is unpaid may be cancelled; only what is cancelled gives the ticket back."""
    order = await place(status)

    assert (order.open, order.holds_ticket) == (open, holds_ticket)


@pytest.mark.parametrize("status", list(OrderStatus))
@pytest.mark.parametrize(("late", "over"), [(-1, False), (0, True), (1, True)])
async def test_expired_from_the_very_moment(
    place: Place, status: OrderStatus, late: int, over: bool
) -> None:
    """An open order's window ends at expiresAt, to the millisecond; others have none."""
    order = await place(status)

    assert order.expired(order.expires_at + timedelta(milliseconds=late)) == (over and order.open)


async def test_a_new_status_is_a_new_version(place: Place) -> None:
    """Each change counts, and changes nothing else."""
    order = await place()

    changed = order.with_status(OrderStatus.COMPLETE)

    assert changed == order.model_copy(update={"status": OrderStatus.COMPLETE, "version": 1})


async def test_stored_and_read_back(database: Database, orders: Store[Order], place: Place) -> None:
    """What is read is what was saved: camelCase, real dates, and the reservation among it."""
    order = await place(reservation=3)

    stored = await database["orders"].find_one({})

    assert {**stored, "_id": str(stored["_id"])} == {
        "_id": order.id,
        "version": 0,
        "userId": order.user_id,
        "status": "created",
        "expiresAt": order.expires_at,
        "ticket": {
            **order.ticket.model_dump(),
            "startsAt": None,
            "venue": None,
            "reservation": 3,
        },
        "cancelledBy": None,
    }
    assert await orders.get(order.id) == order


@pytest.mark.parametrize("status", list(OrderStatus))
async def test_a_reservation_number_is_given_once(place: Place, status: OrderStatus) -> None:
    """The index decides: no second order of a ticket under the same number, whatever its state."""
    await place(status)

    with pytest.raises(AlreadyExistsError):
        await place()


async def test_the_same_number_of_another_ticket(tickets: Store[Ticket], place: Place) -> None:
    """Numbers are a ticket's own."""
    await place()
    other = await tickets.save(Ticket(id=new_id(), title="B", price=1))

    assert (await place(of=other)).ticket.reservation == 1
