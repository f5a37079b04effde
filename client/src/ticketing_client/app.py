"""The client, wired."""

from datetime import timedelta

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from ticketing_client import problems
from ticketing_client.api import Api
from ticketing_client.assets import packaged
from ticketing_client.config import ClientSettings
from ticketing_client.pages import (
    check,
    landing,
    my_tickets,
    order_cancel,
    order_new,
    order_pay,
    order_show,
    order_ticket,
    orders,
    signin,
    signout,
    signup,
    site,
    ticket_edit,
    ticket_new,
    ticket_price,
    ticket_relist,
    ticket_show,
    ticket_withdraw,
)
from ticketing_client.payments_under_way import PaymentsUnderWay
from ticketing_client.security import SameOriginForms, SecurityHeaders
from ticketing_client.templating import templates
from ticketing_common.service import create_service
from ticketing_common.timing import Timing

# Fixed words before those that would take them for an id.
PAGES = [landing, signup, signin, signout, ticket_new, ticket_price, my_tickets, ticket_edit]
PAGES += [ticket_show, orders, order_new, order_pay, order_cancel, order_ticket, order_show]
PAGES += [ticket_withdraw, ticket_relist, check, site]


def create_app(settings: ClientSettings, api: Api) -> FastAPI:
    payments = PaymentsUnderWay(settings.API_TIMEOUT_SECONDS)
    key = settings.STRIPE_PUBLISHABLE_KEY

    app = create_service(
        settings,
        routers=[page.router for page in PAGES],
        closing=[api.transport.close, payments.close],  # the last one first
    )
    app.state.api = api
    app.state.assets = packaged()
    app.state.payments = payments
    cutoff = Timing.of(settings.EXPIRATION_WINDOW_SECONDS).payment_cutoff
    app.state.payment_cutoff = timedelta(seconds=cutoff)
    app.state.test_bank_url = settings.STRIPE_TEST_BANK_URL
    app.state.templates = templates(key)
    problems.handle(app)
    app.user_middleware += [  # within what every service has, so that it sees all answers
        Middleware(SecurityHeaders, stripe=key is not None),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        Middleware(SameOriginForms),
        Middleware(problems.FailedPages),
    ]
    return app
