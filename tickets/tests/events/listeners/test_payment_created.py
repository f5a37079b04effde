"""payment:created says that its order's ticket is sold."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, PaymentCreated
from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_tickets.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_tickets.events.listeners.order_created import OrderCreatedListener
from ticketing_tickets.events.listeners.payment_created import PaymentCreatedListener
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import Ticket

Created = Callable[..., OrderCreated]


@pytest.fixture
def listener(sales: Store[Sale]) -> PaymentCreatedListener:
    return PaymentCreatedListener(sales)


def _payment(order_id: str, price: float | None = 45) -> PaymentCreated:
    return PaymentCreated(id=new_id(), order_id=order_id, stripe_id="ch_1", price=price)


async def _state(api: httpx.AsyncClient, sign_in: SignIn, ticket: Ticket) -> str:
    """What its seller is told."""
    response = await api.get("/api/tickets/mine", headers=sign_in(ticket.user_id))
    [mine] = response.json()
    state: str = mine["state"]
    return state


@pytest.mark.parametrize("payment_first", [True, False])
async def test_sold_whichever_is_heard_first(
    listener: PaymentCreatedListener,
    tickets: Store[Ticket],
    ticket: Ticket,
    created: Created,
    api: httpx.AsyncClient,
    sign_in: SignIn,
    payment_first: bool,
) -> None:
    """The order's ticket is sold, also where the payment overtook the order or comes twice."""
    order = created()
    heard = [
        listener.on_message(_payment(order.id)),
        OrderCreatedListener(tickets).on_message(order),
    ]

    for message in heard if payment_first else reversed(heard):
        await message
    await listener.on_message(_payment(order.id))

    assert await _state(api, sign_in, ticket) == "sold"


async def test_a_later_cancel_frees_the_ticket(
    listener: PaymentCreatedListener,
    tickets: Store[Ticket],
    ticket: Ticket,
    created: Created,
    cancelled: Callable[..., OrderCancelled],
    api: httpx.AsyncClient,
    sign_in: SignIn,
) -> None:
    """A charge that came too late is refunded; its ticket is for sale again."""
    order = created()
    await OrderCreatedListener(tickets).on_message(order)
    await listener.on_message(_payment(order.id))

    await OrderCancelledListener(tickets).on_message(cancelled(id=order.id))

    assert await _state(api, sign_in, ticket) == "listed"


async def test_payment_of_an_order_that_holds_nothing(
    listener: PaymentCreatedListener, tickets: Store[Ticket], sales: Store[Sale], ticket: Ticket
) -> None:
    """It is written down, and changes no ticket."""
    order_id = new_id()

    await listener.on_message(_payment(order_id))

    assert await sales.find_id(order_id)
    assert await tickets.get(ticket.id) == ticket


@pytest.mark.parametrize("told", [[45, 45], [None, 45], [45, None], [None, 45, None, 45]])
async def test_a_price_is_kept_in_whatever_order_it_is_told(
    listener: PaymentCreatedListener, sales: Store[Sale], told: list[float | None]
) -> None:
    """An older version tells the same sale without its price; a replay changes nothing."""
    order_id = new_id()
    for price in told:
        await listener.on_message(_payment(order_id, price))
    sale = await sales.get(order_id)

    for price in told:
        await listener.on_message(_payment(order_id, price))

    assert sale.price == 45
    assert await sales.get(order_id) == sale


async def test_a_sale_has_a_date(listener: PaymentCreatedListener, sales: Store[Sale]) -> None:
    """That of its payment, told again whenever; one of an older version gets it when told again."""
    paid_at, order_id = datetime(2027, 5, 1, 19, 30, tzinfo=UTC), new_id()
    payment = PaymentCreated(
        id=f"{int(paid_at.timestamp()):08x}{'0' * 16}",
        order_id=order_id,
        stripe_id="ch_1",
        price=45,
    )
    await sales.replicate(order_id, source_version=2, price=45)

    for _ in range(2):
        await listener.on_message(payment)

    assert (await sales.get(order_id)).sold_at == paid_at


@pytest.mark.parametrize("told", [[True, False], [False, True], [True], [False, True, False]])
async def test_the_date_is_that_of_the_try_that_was_paid(
    listener: PaymentCreatedListener, sales: Store[Sale], told: list[bool]
) -> None:
    """Not of the first one, which gave the payment its id, whatever older versions tell of it."""
    paid_at, payment = datetime(2027, 5, 1, 19, 30, tzinfo=UTC), _payment(new_id())

    for known in told:
        said = payment.model_copy(update={"paid_at": paid_at}) if known else payment
        await listener.on_message(said)

    assert (await sales.get(payment.order_id)).sold_at == paid_at


async def test_without_a_price_it_is_sold_all_the_same(
    listener: PaymentCreatedListener, sales: Store[Sale]
) -> None:
    """As the base system tells it."""
    order_id = new_id()

    await listener.on_message(_payment(order_id, None))

    assert (await sales.get(order_id)).price is None
