"""Payments that came back from a backup: as they were told since, then as Stripe knows them."""

from datetime import datetime
from typing import Any

from fastapi import FastAPI

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, PaymentCreated
from ticketing_common.restoring.backup import past_of
from ticketing_common.restoring.past import Outcome, by_listeners
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments.config import Settings
from ticketing_payments.forgotten import Forgotten
from ticketing_payments.gateway.books import StripeBooks
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order, PaymentStatus, take_over
from ticketing_payments.models.payment import Payment
from ticketing_payments.outcomes import Succeeded, decide
from ticketing_payments.schedule import Schedule


async def restore(app: FastAPI, settings: Settings) -> Outcome:
    """The orders first, then the charges that were told of, then what only Stripe knows, and last
    the cancelled orders. Raises `StripeUnavailableError`."""
    orders: Store[Order] = app.state.stores[Order]
    ledger = Ledger(app.state.stores[Payment])

    async def order(told: OrderCreated | OrderCancelled, _: datetime | None) -> None:
        await take_over(orders, told)

    async def charged(told: PaymentCreated, _: datetime | None) -> None:
        order = await orders.change(told.order_id, lambda order: _charged(order, told))
        if order.payment.charge_id == told.stripe_id:
            await ledger.charged(order, told.stripe_id)

    books = StripeBooks(settings.STRIPE_KEY, settings.STRIPE_API_BASE)
    schedule = Schedule(Timing.of(settings.EXPIRATION_WINDOW_SECONDS))
    try:
        async with past_of(app, settings) as past:
            await past.of_others({OrderCreated: order, OrderCancelled: order})
            await past.of_its_own({PaymentCreated: charged})
            await Forgotten(books, orders, schedule, past).find()
            await past.of_others(by_listeners(app.state.listeners))
    finally:
        await books.close()
    return past.outcome


def _charged(order: Order, told: PaymentCreated) -> Order | None:
    """As it was when it was told; None where a charge is known. Which intent it came of, and what
    went back since, is not told: that finds `Forgotten`."""
    if order.payment.charge_id is not None:
        return None
    decided = decide(order, Succeeded(told.stripe_id), now())
    kept: dict[str, Any] = {"payment_id": told.id, "intent_id": None}
    if decided.payment.status == PaymentStatus.CHARGED and told.paid_at:
        kept["charged_at"] = told.paid_at
    return decided.model_copy(update={"payment": decided.payment.model_copy(update=kept)})
