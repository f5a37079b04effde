"""The payments service, wired."""

import logging

from fastapi import FastAPI

from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.middlewares import RateLimit, by_address
from ticketing_common.service import create_service
from ticketing_common.store import Database, Store
from ticketing_common.timing import Timing
from ticketing_payments.admission import Admissions
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.config import Settings
from ticketing_payments.declines import Declines
from ticketing_payments.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_payments.events.listeners.order_created import OrderCreatedListener
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.ledger import Ledger
from ticketing_payments.metrics import calls, outcomes, refunds
from ticketing_payments.models.caller import Caller
from ticketing_payments.models.case import Case
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.notices import Notices
from ticketing_payments.prompts import Prompts
from ticketing_payments.recovery import Recovery
from ticketing_payments.resolver import Resolver
from ticketing_payments.routes import routers
from ticketing_payments.schedule import Schedule

TOO_MANY = "There were too many codes checked from your network"

logger = logging.getLogger(__name__)


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    database = database or Database.connect(settings.MONGO_URI)
    orders = Store(database, Order)
    payments = Store(database, Payment)
    callers = Store(database, Caller)
    timing = Timing.of(settings.EXPIRATION_WINDOW_SECONDS)
    gateway = StripeGateway(
        settings.STRIPE_KEY,
        settings.STRIPE_API_BASE,
        timing.stripe_timeout,
        timing.stripe_read_timeout,
    )
    gateway.descriptor_suffix = settings.STRIPE_STATEMENT_SUFFIX
    logger.info("%s cards are charged", "real" if gateway.live else "only Stripe's test")
    ledger = Ledger(payments)
    cases = Cases(Store(database, Case))
    schedule = Schedule(timing)
    resolver = Resolver(orders, ledger, gateway, cases, schedule)
    recovery = Recovery(orders, resolver, schedule, timing)
    prompts = Prompts(orders, resolver, schedule, timing)
    app = create_service(
        settings,
        routers=routers,
        database=database,
        stores=[orders, payments, callers, cases.store],
        stream=Stream(settings),
        listeners=[OrderCreatedListener(orders), OrderCancelledListener(orders)],
        republishers=[Republisher(orders, payment_created)],
        work={"recovery": recovery.run, "prompts": prompts.run, "cases": cases.run},
        counts={"openCases": lambda: cases.known, "stripeFailing": lambda: gateway.failing},
        closing=[gateway.close],
    )
    app.state.cases = cases
    cashier = Cashier(orders, ledger, gateway, timing)
    app.state.metrics.sources["refunds"] = refunds(orders)
    app.state.metrics.sources["Stripe"] = calls(gateway)
    app.state.metrics.sources["outcomes"] = outcomes(cashier, resolver)
    app.state.admissions = Admissions(settings.ADMISSION_KEYS)
    app.state.caller = by_address(settings)
    app.state.rate_limits = {"admission": RateLimit(settings.RATE_LIMIT_ADMISSIONS, TOO_MANY)}
    app.state.declines = Declines(settings, callers)
    app.state.cashier = cashier
    app.state.prompts = prompts
    app.state.webhook_secrets = settings.STRIPE_WEBHOOK_SECRET
    app.state.notices = Notices(orders, payments, gateway, cases, schedule, recovery)
    return app
