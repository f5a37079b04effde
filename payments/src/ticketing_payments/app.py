"""The payments service, wired."""

from fastapi import FastAPI

from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.service import create_service
from ticketing_common.store import Database, Store
from ticketing_common.timing import Timing
from ticketing_payments.cashier import Cashier
from ticketing_payments.config import Settings
from ticketing_payments.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_payments.events.listeners.order_created import OrderCreatedListener
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.recovery import Recovery
from ticketing_payments.routes import routers


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    database = database or Database.connect(settings.MONGO_URI)
    orders = Store(database, Order)
    payments = Store(database, Payment)
    timing = Timing.of(settings.EXPIRATION_WINDOW_SECONDS)
    gateway = StripeGateway(settings.STRIPE_KEY, settings.STRIPE_API_BASE, timing.stripe_timeout)
    ledger = Ledger(payments)
    app = create_service(
        settings,
        routers=routers,
        database=database,
        stores=[orders, payments],
        stream=Stream(settings),
        listeners=[OrderCreatedListener(orders), OrderCancelledListener(orders)],
        republishers=[Republisher(orders, payment_created)],
        work=[Recovery(orders, ledger, gateway, timing).run],
        closing=[gateway.close],
    )
    app.state.cashier = Cashier(orders, ledger, gateway, timing)
    return app
