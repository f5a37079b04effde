"""Orders after their database came back from a backup."""

from collections.abc import Awaitable, Callable

from ticketing_common.events.catalogue import (
    ExpirationComplete,
    OrderCancelled,
    OrderStatus,
    PaymentCreated,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.restoring.past import Outcome
from ticketing_common.store import Store
from ticketing_common.testing.since_backup import SinceBackup, order_created
from ticketing_common.types import new_id
from ticketing_orders.app import create_app
from ticketing_orders.config import Settings
from ticketing_orders.events.publishers import order_cancelled
from ticketing_orders.models.order import CancelledBy, Order
from ticketing_orders.models.ticket import Ticket
from ticketing_orders.restore import restore

Place = Callable[..., Awaitable[Order]]


async def _restored(backup: SinceBackup, settings: Settings) -> Outcome:
    settings = backup.settings(settings)
    return await restore(create_app(settings, backup.database), settings)


async def test_an_order_made_since_is_there_again(
    backup: SinceBackup, settings: Settings, orders: Store[Order], tickets: Store[Ticket]
) -> None:
    """With its ticket as it was then, its number, and that it was paid."""
    id, seller = new_id(), new_id()
    listed = TicketCreated(id=id, version=0, title="Then", price=20, user_id=seller)
    created = order_created(id)
    held = TicketUpdated(
        id=id, version=1, title="Later", price=30, user_id=seller, order_id=created.id
    )
    payment = PaymentCreated(id=new_id(), order_id=created.id, stripe_id="ch_1")
    await backup.told(listed, created, held, payment)

    outcome = await _restored(backup, settings)

    order = await orders.get(created.id)
    assert (order.ticket.title, order.ticket.price, order.ticket.reservation) == ("Then", 20, 1)
    assert order.status == OrderStatus.COMPLETE
    assert order.version > created.version
    assert (await tickets.get(id)).title == "Later"
    assert outcome.left_out == []


async def test_what_was_known_is_as_it_was_told_since(
    backup: SinceBackup, settings: Settings, orders: Store[Order], place: Place
) -> None:
    """Cancelled, with the title that it had; the version goes on above the one told of."""
    order = await place()
    told = order_cancelled(
        order.with_status(OrderStatus.AWAITING_PAYMENT).cancelled(CancelledBy.BUYER)
    )
    await backup.told(told)

    await _restored(backup, settings)

    restored = await orders.get(order.id)
    assert (restored.status, restored.version) == (OrderStatus.CANCELLED, 2)
    assert restored.cancelled_by == CancelledBy.BUYER  # as it was before its time
    assert restored.ticket.title == order.ticket.title


async def test_who_was_cancelled_late_has_expired(
    backup: SinceBackup, settings: Settings, orders: Store[Order], place: Place
) -> None:
    order = await place(left=-1)
    await backup.told(order_cancelled(order.cancelled(CancelledBy.EXPIRY)))

    await _restored(backup, settings)

    assert (await orders.get(order.id)).cancelled_by == CancelledBy.EXPIRY


async def test_an_older_word_takes_nothing_back(
    backup: SinceBackup, settings: Settings, orders: Store[Order], place: Place
) -> None:
    """Told again, or heard again: what is stored is newer."""
    order = await place(OrderStatus.CREATED)
    complete = await orders.save(order.with_status(OrderStatus.COMPLETE))
    created = order_created(order.ticket.id).model_copy(update={"id": order.id})
    await backup.told(created)

    for _ in range(2):
        await _restored(backup, settings)

    assert await orders.get(order.id) == complete


async def test_nobody_expires_while_it_hears(
    backup: SinceBackup, settings: Settings, orders: Store[Order], place: Place
) -> None:
    """A payment may be among what is not heard yet; the sweeper looks once the service runs."""
    order = await place(left=-60)
    await backup.told(ExpirationComplete(order_id=order.id))

    await _restored(backup, settings)

    assert (await orders.get(order.id)).open


async def test_an_order_of_an_unknown_ticket_keeps_its_number(
    backup: SinceBackup, settings: Settings, orders: Store[Order]
) -> None:
    """The next buyer would get it, and nobody would hear of that."""
    created = order_created(new_id(), reservation=3)
    await backup.told(created)

    outcome = await _restored(backup, settings)

    assert outcome.left_out == [f"the title of order {created.id}: its ticket is unknown"]
    order = await orders.get(created.id)
    assert (order.ticket.id, order.ticket.reservation) == (created.ticket.id, 3)


async def test_nothing_is_published(
    backup: SinceBackup, settings: Settings, news: Callable[[], Awaitable[list[str]]], place: Place
) -> None:
    """What was told since is known to all."""
    order = await place()
    told = OrderCancelled(**dict(order_cancelled(order.cancelled(CancelledBy.BUYER))))
    await backup.told(told)

    await _restored(backup, settings)

    assert await news() == []
