"""The orders service, wired."""

from datetime import timedelta

from fastapi import FastAPI

from ticketing_common.events.gaps import Missing
from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.middlewares import RateLimit, by_user
from ticketing_common.service import create_service
from ticketing_common.store import Database, Store
from ticketing_common.timing import Timing
from ticketing_orders.config import Settings
from ticketing_orders.events.listeners.expiration_complete import ExpirationCompleteListener
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.events.listeners.ticket_created import TicketCreatedListener
from ticketing_orders.events.listeners.ticket_updated import TicketUpdatedListener
from ticketing_orders.events.publishers import present_state
from ticketing_orders.metrics import figures
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket
from ticketing_orders.open_orders import OpenOrders
from ticketing_orders.payments_heard import PaymentsHeard
from ticketing_orders.routes import routers
from ticketing_orders.sweeper import Sweeper

TOO_MANY = "You have ordered too often in the last minute"


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    database = database or Database.connect(settings.MONGO_URI)
    tickets = Store(database, Ticket)
    orders = Store(database, Order)
    stream = Stream(settings)
    window = settings.EXPIRATION_WINDOW_SECONDS
    timing = Timing.of(window)
    payment_created = PaymentCreatedListener(orders)
    missing = Missing()
    heard = PaymentsHeard(stream, payment_created, timing, missing)
    app = create_service(
        settings,
        routers=routers,
        database=database,
        stores=[tickets, orders],
        stream=stream,
        listeners=[
            TicketCreatedListener(tickets),
            TicketUpdatedListener(tickets, orders),
            ExpirationCompleteListener(orders, timing, heard.since),
            payment_created,
        ],
        republishers=[Republisher(orders, present_state)],
        missing=missing,
        work={"sweeper": Sweeper(orders, timing, heard.until).run},
    )
    app.state.metrics.sources["orders"] = figures(orders, timing)
    app.state.caller = by_user(settings)
    app.state.rate_limits = {"orders": RateLimit(settings.RATE_LIMIT_ORDERS, TOO_MANY)}
    app.state.window = timedelta(seconds=window)
    app.state.open_orders = OpenOrders(orders, settings.MAX_OPEN_ORDERS, app.state.window)
    return app
