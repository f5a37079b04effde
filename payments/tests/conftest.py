"""A payments service on Stripe's fake, and what its surroundings do to an order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from datetime import timedelta
from threading import Thread
from typing import Any

import httpx
import pytest
import uvloop

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, OrderStatus
from ticketing_common.store import Database, Store
from ticketing_common.tasks import end
from ticketing_common.testing.sessions import JWT_KEY
from ticketing_common.timing import Timing
from ticketing_common.types import new_id, now
from ticketing_payments.app import create_app
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.config import Settings
from ticketing_payments.errors import PaymentUnknownError
from ticketing_payments.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_payments.events.listeners.order_created import OrderCreatedListener
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.case import Case
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.recovery import Recovery
from ticketing_payments.resolver import Resolver
from ticketing_payments.schedule import Schedule
from ticketing_stripe_fake.testing import RunningFake, stripe_fake

STRIPE_KEY = "sk_test_payments"
WINDOW = 60  # seconds: the full timings, which no test waits for
SETTLED_WITHIN = 12  # looks

Act = Callable[..., Awaitable[Order]]


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[RunningFake]:
    """Stripe's fake on a port and in an event loop of its own: those of the tests come and go."""
    started: Future[tuple[RunningFake, Callable[[], object]]] = Future()

    async def serve() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        async with stripe_fake() as running:
            started.set_result((running, lambda: loop.call_soon_threadsafe(stop.set)))
            await stop.wait()

    def run() -> None:
        try:
            uvloop.run(serve())  # as in production; and asyncio would leave Nagle's delay on
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = Thread(target=run, name="stripe-fake")
    thread.start()
    running, stop = started.result(timeout=60)
    yield running
    stop()
    thread.join(timeout=60)


@pytest.fixture
def stripe(stripe_server: RunningFake) -> RunningFake:
    """Stripe, as if newly started."""
    stripe_server.fake.reset()
    return stripe_server


@pytest.fixture
def settings(stripe: RunningFake) -> Settings:
    return Settings(
        JWT_KEY=JWT_KEY,
        MONGO_URI="mongodb://unused/payments",
        NATS_URL="nats://unused",
        NATS_CLUSTER_ID="ticketing",
        NATS_CLIENT_ID="test",
        STRIPE_KEY=STRIPE_KEY,
        STRIPE_API_BASE=stripe.url,
        EXPIRATION_WINDOW_SECONDS=WINDOW,
    )


@pytest.fixture
async def api(
    client_of: Any, settings: Settings, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings, database)
    yield await client_of(app)
    await app.state.cashier.gateway.close()


@pytest.fixture
async def orders(database: Database) -> Store[Order]:
    store = Store(database, Order)
    await database.prepare([store, Store(database, Payment), Store(database, Case)])
    return store


@pytest.fixture
async def payments(database: Database, orders: Store[Order]) -> Store[Payment]:
    return Store(database, Payment)


@pytest.fixture
def ledger(payments: Store[Payment]) -> Ledger:
    return Ledger(payments)


@pytest.fixture
def timing() -> Timing:
    return Timing.of(WINDOW)


@pytest.fixture
async def gateway(stripe: RunningFake, timing: Timing) -> AsyncIterator[StripeGateway]:
    gateway = StripeGateway(STRIPE_KEY, stripe.url, timing.stripe_timeout)
    yield gateway
    await gateway.close()


@pytest.fixture
def cashier(
    orders: Store[Order], ledger: Ledger, gateway: StripeGateway, timing: Timing
) -> Cashier:
    return Cashier(orders, ledger, gateway, timing)


@pytest.fixture
async def cases(database: Database, orders: Store[Order]) -> Cases:
    return Cases(Store(database, Case))


@pytest.fixture
def schedule(timing: Timing) -> Schedule:
    return Schedule(timing)


@pytest.fixture
def resolver(
    orders: Store[Order], ledger: Ledger, gateway: StripeGateway, cases: Cases, schedule: Schedule
) -> Resolver:
    return Resolver(orders, ledger, gateway, cases, schedule)


@pytest.fixture
def recovery(
    orders: Store[Order], resolver: Resolver, schedule: Schedule, timing: Timing
) -> Recovery:
    return Recovery(orders, resolver, schedule, timing)


def _event(order: dict[str, Any]) -> dict[str, Any]:
    price = order.pop("price")
    return {**order, "ticket": {"id": new_id(), "price": price, "reservation": 1}}


@pytest.fixture
def place(orders: Store[Order]) -> Act:
    """`await place(price=20, expires_in=900)`: an order the service has heard of."""

    async def place(expires_in: float = 900, **fields: Any) -> Order:
        fresh = {"id": new_id(), "version": 0, "status": OrderStatus.CREATED, "price": 20}
        moment = now() + timedelta(seconds=expires_in)
        event = _event({**fresh, "user_id": new_id(), "expires_at": moment, **fields})
        await OrderCreatedListener(orders).on_message(OrderCreated(**event))
        return await orders.get(event["id"])

    return place


@pytest.fixture
def cancel(orders: Store[Order]) -> Act:
    """`await cancel(order)`: the service hears that the order has been cancelled."""

    async def cancel(order: Order) -> Order:
        names = "id", "user_id", "price", "expires_at"
        fields = {name: getattr(order, name) for name in names}
        event = _event({**fields, "version": 1, "status": OrderStatus.CANCELLED})
        await OrderCancelledListener(orders).on_message(OrderCancelled(**event))
        return await orders.get(order.id)

    return cancel


@pytest.fixture
def recover(orders: Store[Order], recovery: Recovery, schedule: Schedule) -> Act:
    """`await recover(order)`: time passes until the order's next look, and recovery takes it."""

    async def recover(order: Order) -> Order:
        order = await orders.get(order.id)
        if schedule.due_at(order.payment):
            await orders.save(order.next(payment=schedule.at(order.payment, now())))
        await recovery.look()
        return await orders.get(order.id)

    return recover


@pytest.fixture
def settle(recover: Act, orders: Store[Order]) -> Act:
    """`await settle(order)`: recovery looks until it is decided; it may still be watched."""

    async def settle(order: Order) -> Order:
        order = await orders.get(order.id)
        for _ in range(SETTLED_WITHIN):
            if order.payment.look_at is None:
                return order
            order = await recover(order)
        raise AssertionError(f"not settled after {SETTLED_WITHIN} looks: {order.payment}")

    return settle


def recovery_of(
    orders: Store[Order], ledger: Ledger, gateway: StripeGateway, timing: Timing
) -> Recovery:
    """Another replica's."""
    schedule, cases = Schedule(timing), Cases(Store(orders.database, Case))
    return Recovery(orders, Resolver(orders, ledger, gateway, cases, schedule), schedule, timing)


def _confirms(order: Order) -> str:
    """The idempotency keys of its confirmations, as a pattern."""
    return f"confirm/{order.id}/*"


async def pay(cashier: Cashier, order: Order, token: str) -> Order:
    """As the route does it, with the order as the caller last saw it."""
    return await cashier.charge(await cashier.orders.save(cashier.take(order)), token)


@pytest.fixture
def lose(cashier: Cashier, orders: Store[Order], stripe: RunningFake, place: Act) -> Act:
    """`await lose("lost_response")`: an order whose confirmation met this fault."""

    async def lose(kind: Any = "lost_response", token: str = "tok_visa") -> Order:
        order = await place()
        # Keyed, as a slow request of the test before may still be on its way.
        stripe.fault(kind, path="/v1/payment_intents/*/confirm", key=_confirms(order), next=1)
        with pytest.raises(PaymentUnknownError):
            await pay(cashier, order, token)
        return await orders.get(order.id)

    return lose


@asynccontextmanager
async def served(
    client_of: Any, settings: Settings, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """The API and the workers that look when they are asked to, without the recovery loop."""
    app = create_app(settings, database)
    client = await client_of(app)
    workers = asyncio.create_task(app.state.prompts.run())
    yield client
    await end([workers])
    await app.state.cashier.gateway.close()
