"""What a webhook asks for: that an order is looked at, stored before Stripe is told so."""

import logging
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ticketing_common.errors import NotFoundError
from ticketing_common.store import Store
from ticketing_common.store.document import object_id
from ticketing_common.types import now
from ticketing_payments.cases import Cases
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.gateway.webhook import StripeEvent
from ticketing_payments.models.case import CaseKind
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.recovery import Recovery
from ticketing_payments.resolver import UNDECIDED
from ticketing_payments.schedule import Schedule

logger = logging.getLogger(__name__)


class Notices:
    """An event is no more than a hint: the recovery loop reads what is true, and the tables
    decide. So a lost one delays, and a late, doubled or reordered one costs a look at most."""

    def __init__(
        self,
        orders: Store[Order],
        payments: Store[Payment],
        gateway: StripeGateway,
        cases: Cases,
        schedule: Schedule,
        recovery: Recovery,
    ) -> None:
        self.orders = orders
        self.payments = payments
        self.gateway = gateway
        self.cases = cases
        self.schedule = schedule
        self.recovery = recovery

    async def take(self, event: StripeEvent) -> None:
        """Return once what the event asks for is stored, or where it asks for nothing.

        Raises `ServiceUnavailableError` where that can't be said; Stripe then sends it again.
        """
        if not (event.about_intent or event.about_money) or event.live is not self.gateway.live:
            return
        order_id = event.order_id or await self._order_of(event)
        if order_id is None or object_id(order_id) is None:
            return  # of something else that the account is used for
        seen = self.orders.seen(order_id)
        if event.about_intent and seen and seen.payment.status not in UNDECIDED:
            return  # decided once and for all; it saves a read: half of what an event costs
        try:
            order = await self.orders.change(
                order_id, lambda order: self.marked(order, event, now())
            )
        except NotFoundError:
            if event.charged:
                subject = event.charge_id or event.intent_id or order_id
                await self.cases.open(CaseKind.CHARGE_WITHOUT_ORDER, subject, order_id, event.type)
            return
        due = self.schedule.due_at(order.payment)
        if due is not None and due <= now():
            self.recovery.wake()

    def marked(self, order: Order, event: StripeEvent, at: datetime) -> Order | None:
        """The order, due now; None where it is anyhow, or where the event can't be news.

        Whoever holds the lease of a charge reads its intent, and what comes of the charge is looked
        at once they are done.
        """
        payment = order.payment
        leased = payment.leased(at)
        if event.about_intent and (leased or payment.status not in UNDECIDED):
            return None
        if event.about_money:
            payment = self.schedule.heard(payment, at)
        due = self.schedule.due_at(payment)
        if not leased and (due is None or due > at):
            payment = self.schedule.at(payment, at)
        return None if payment is order.payment else order.next(payment=payment)

    async def _order_of(self, event: StripeEvent) -> str | None:
        """By the ledger; of what is not in it, by the intent's own word. None of what has none."""
        if event.about_intent:
            return None
        if event.charge_id and (row := await self.payments.find_one({"stripeId": event.charge_id})):
            return row.order_id
        if event.intent_id is None:
            return None
        return (await self.gateway.retrieve(event.intent_id)).order_id


def _notices_of(request: Request) -> Notices:
    notices: Notices = request.app.state.notices
    return notices


Noticed = Annotated[Notices, Depends(_notices_of)]
