"""Stripe's own webhooks, signed and sent over HTTP, with the recovery loop beside them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
import uvicorn

from payments.tests.paying import pay
from ticketing_common.store import Database, Store
from ticketing_common.tasks import end
from ticketing_common.testing.plugin import prepare
from ticketing_payments.app import create_app
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.config import Settings
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.state import State, state_of
from ticketing_payments.models.watch import Dispute
from ticketing_payments.recovery import Recovery
from ticketing_stripe_fake.delays import Delays
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]
SECRET = "whsec_test"
PATIENCE = 60.0  # seconds


@pytest.fixture
async def service(
    settings: Settings, database: Database, stripe: RunningFake
) -> AsyncIterator[Recovery]:
    """Payments on a port, hearing Stripe's webhooks; its own looks are an hour apart."""
    settings = settings.model_copy(update={"STRIPE_WEBHOOK_SECRET": (SECRET,)})
    app = create_app(settings, database)
    await prepare(app)
    recovery = app.state.notices.recovery
    recovery.interval = 3600
    recovery.schedule.interval = timedelta(hours=1)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener])),
        asyncio.create_task(recovery.run()),
    ]
    stripe.send_webhooks(
        f"http://127.0.0.1:{listener.getsockname()[1]}/api/payments/webhook", SECRET
    )
    delays = stripe.fake.ledger.delays
    stripe.fake.ledger.delays = Delays(refund=0.5, dispute=0.5)
    yield recovery
    stripe.fake.ledger.delays = delays
    stripe.fake.webhooks.send_to(None)
    server.should_exit = True
    await end(tasks[1:])
    await tasks[0]
    await app.state.cashier.gateway.close()


@pytest.fixture
def until(orders: Store[Order]) -> Act:
    """`await until(order, condition)`: the order once it is so."""

    async def until(order: Order, condition: Callable[[Order], bool]) -> Order:
        async with asyncio.timeout(PATIENCE):
            while not condition(found := await orders.get(order.id)):
                await asyncio.sleep(0.02)
        return found

    return until


@pytest.mark.usefixtures("service")
async def test_confirmed_at_the_bank(
    cashier: Cashier, stripe: RunningFake, place: Act, until: Act
) -> None:
    """Nobody waits, and no look is near: the order is paid as soon as Stripe says so."""
    order = await pay(cashier, await place(), "tok_threeDSecure2Required")
    async with httpx.AsyncClient(base_url=stripe.url) as bank:  # in the fake's own thread
        path = f"/_fake/payment_intents/{order.payment.intent_id}/authentication"
        (await bank.post(path, json={"outcome": "succeeded"})).raise_for_status()

    order = await until(order, lambda found: found.payment.status == PaymentStatus.CHARGED)
    assert stripe.order(order.id)["charges"] == 1


async def test_a_refund_that_fails_by_itself(
    service: Recovery,
    cashier: Cashier,
    place: Act,
    cancel: Act,
    until: Act,
) -> None:
    """It is due again as soon as Stripe says so, instead of being back for ever."""
    order = await cancel(await pay(cashier, await place(), "tok_refundFail"))
    service.wake()

    order = await until(
        order, lambda found: bool(found.payment.watch and found.payment.watch.refunds_failed)
    )

    assert state_of(order) in (State.REFUND_DUE, State.REFUNDING)


@pytest.mark.usefixtures("service")
async def test_a_dispute_opens_by_itself(
    cashier: Cashier, cases: Cases, place: Act, until: Act
) -> None:
    """It is told, and a person's to answer."""
    order = await pay(cashier, await place(), "tok_createDispute")

    order = await until(
        order, lambda found: bool(found.payment.watch and found.payment.watch.dispute)
    )

    assert order.payment.watch
    assert (order.payment.watch.dispute, order.payment.watch.review) == (Dispute.OPEN, True)
    assert state_of(order) == State.CHARGED
    assert [case.kind for case in await cases.store.find({})] == ["dispute"]
