"""The tickets service, wired."""

from fastapi import FastAPI

from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.middlewares import RateLimit, by_user
from ticketing_common.service import create_service
from ticketing_common.store import Database, Derivation, Store
from ticketing_tickets.config import Settings
from ticketing_tickets.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_tickets.events.listeners.order_created import OrderCreatedListener
from ticketing_tickets.events.listeners.payment_created import PaymentCreatedListener
from ticketing_tickets.events.publishers import ticket_updated
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import NOT_SEARCHABLE, Ticket
from ticketing_tickets.routes import routers

TOO_MANY = "You have listed or changed too many tickets in the last minute"


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    database = database or Database.connect(settings.MONGO_URI)
    tickets = Store(database, Ticket)
    sales = Store(database, Sale)
    app = create_service(
        settings,
        routers=routers,
        database=database,
        stores=[tickets, sales],
        stream=Stream(settings),
        listeners=[
            OrderCreatedListener(tickets),
            OrderCancelledListener(tickets),
            PaymentCreatedListener(sales),
        ],
        republishers=[Republisher(tickets, ticket_updated)],
        work={"search": Derivation(tickets, NOT_SEARCHABLE).run},
    )
    app.state.caller = by_user(settings)
    app.state.rate_limits = {"tickets": RateLimit(settings.RATE_LIMIT_TICKETS, TOO_MANY)}
    return app
