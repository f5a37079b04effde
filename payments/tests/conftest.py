"""A payments service on Stripe's fake, and what its surroundings do to an order."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
import stripe as stripe_library
from fastapi import FastAPI

from payments.tests.heard import cancelled, placed
from payments.tests.paying import glanced, pay, recovered, settled
from payments.tests.restoring import PutBack
from payments.tests.serving import stripe_in_a_thread
from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import JWT_KEY
from ticketing_common.testing.since_backup import SinceBackup
from ticketing_common.timing import Timing
from ticketing_payments.app import create_app
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.config import Settings
from ticketing_payments.errors import PaymentUnknownError
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.case import Case
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.recovery import Recovery
from ticketing_payments.resolver import Resolver
from ticketing_payments.schedule import Schedule
from ticketing_stripe_fake.testing import RunningFake

STRIPE_KEY = "sk_test_payments"
WINDOW = 60  # seconds: the full timings, which no test waits for

Act = Callable[..., Awaitable[Order]]


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[RunningFake]:
    with stripe_in_a_thread() as running:
        yield running


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
async def app(settings: Settings, database: Database) -> AsyncIterator[FastAPI]:
    app = create_app(settings, database)
    yield app
    await app.state.cashier.gateway.close()


@pytest.fixture
async def api(client_of: Any, app: FastAPI) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await client_of(app)
    return client


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


@pytest.fixture
def place(orders: Store[Order]) -> Act:
    """`await place(price=20, expires_in=900)`: an order the service has heard of."""
    return partial(placed, orders)


@pytest.fixture
def cancel(orders: Store[Order]) -> Act:
    """`await cancel(order)`: the service hears that the order has been cancelled."""
    return partial(cancelled, orders)


@pytest.fixture
def recover(orders: Store[Order], recovery: Recovery, schedule: Schedule) -> Act:
    """`await recover(order)`: time passes until the order's next look, and recovery takes it."""
    return partial(recovered, orders, recovery, schedule)


@pytest.fixture
def settle(orders: Store[Order], recovery: Recovery, schedule: Schedule) -> Act:
    """`await settle(order)`: recovery looks until it is decided; it may still be watched."""
    return partial(settled, orders, recovery, schedule)


@pytest.fixture
def glance(orders: Store[Order], recovery: Recovery, schedule: Schedule) -> Act:
    """`await glance(order)`: as after Stripe's webhook about a payment that nobody watches."""
    return partial(glanced, orders, recovery, schedule)


@pytest.fixture
def back(orders: Store[Order], backup: SinceBackup, settings: Settings) -> PutBack:
    """The database of a moment ago, before anything was told."""
    return PutBack(backup, settings)


@pytest.fixture
def lose(cashier: Cashier, orders: Store[Order], stripe: RunningFake, place: Act) -> Act:
    """`await lose("lost_response")`: an order whose confirmation met this fault."""

    async def lose(kind: Any = "lost_response", token: str = "tok_visa") -> Order:
        order = await place()
        keys = f"confirm/{order.id}/*"
        # Keyed, as a slow request of the test before may still be on its way.
        stripe.fault(kind, path="/v1/payment_intents/*/confirm", key=keys, next=1)
        with pytest.raises(PaymentUnknownError):
            await pay(cashier, order, token)
        return await orders.get(order.id)

    return lose


@pytest.fixture
async def dashboard(stripe: RunningFake) -> AsyncIterator[stripe_library.StripeClient]:
    """Somebody at Stripe's dashboard."""
    http = stripe_library.HTTPXClient(timeout=60)
    yield stripe_library.StripeClient(
        "sk_test_dashboard", base_addresses={"api": stripe.url}, http_client=http
    )
    await http.close_async()  # type: ignore[no-untyped-call]
