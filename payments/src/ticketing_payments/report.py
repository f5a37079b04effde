"""What an operator is told of an order's payment, and of all of them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from fastapi import FastAPI

from ticketing_common.reports.report import Part, Step
from ticketing_common.reports.screen import moment
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.cases import OPEN, Cases
from ticketing_payments.gateway import RefusedError, StripeGateway, StripeUnavailableError
from ticketing_payments.gateway.history import history
from ticketing_payments.models.case import Case
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment
from ticketing_payments.models.state import state_of
from ticketing_payments.schedule import DECIDED

MOST_COUNTED = 1000
EVER = datetime(1970, 1, 1, tzinfo=UTC)
LATE = 3600.0  # seconds after which a refund that is due should have gone


async def of_order(app: FastAPI, id: str, _: Mapping[str, str]) -> Part:
    orders: Store[Order] = app.state.stores[Order]
    order = await orders.find_id(id)
    part = Part()
    if order is None:
        part.facts["order"] = "not known here"
    else:
        part.facts = dict(_facts(order))
        part.outstanding = list(_outstanding(order))
        if order.ticket_id:
            part.ids = {"order": id, "ticket": order.ticket_id, "buyer": order.user_id}
    ledger: Store[Payment] = app.state.stores[Payment]
    for row in await ledger.find({"orderId": id}, limit=MOST_COUNTED):
        returned = f", ${row.returned / 100:,.2f} of it went back" if row.returned else ""
        part.facts[f"ledger, {row.id}"] = f"${row.amount:,.2f}, {row.stripe_id}{returned}"
    cases: Store[Case] = app.state.stores[Case]
    for case in await cases.find({"orderId": id}, limit=MOST_COUNTED):
        part.facts[f"case, {case.id}"] = (
            f"{case.kind}, {'resolved' if case.resolved_at else 'open'}"
        )
        if case.resolved_at is None:
            part.outstanding.append(f"a person has to look at case {case.id}, {case.kind}")
    if order and order.payment.intent_id:
        await _ask_stripe(app.state.cashier.gateway, order.payment.intent_id, part)
    return part


async def _ask_stripe(gateway: StripeGateway, intent_id: str, part: Part) -> None:
    try:
        steps = await history(gateway, intent_id)
    except StripeUnavailableError:
        part.outstanding.append("Stripe does not answer: what it knows is not here")
    except RefusedError as error:
        part.outstanding.append(f"Stripe does not show {intent_id}: {error}")
    else:
        part.steps += [Step(at=step.at, what=step.what) for step in steps]


def _facts(order: Order) -> Iterator[tuple[str, str]]:
    payment = order.payment
    yield "its replica of the order", f"{order.status}, version {order.order_version}"
    yield "payment", f"{payment.status}: {state_of(order)} to its buyer"
    yield "attempts", f"{payment.attempt}, {payment.declines} of them declined"
    if payment.message:
        yield "the last one", payment.message
    if payment.intent_id:
        yield "intent", f"{payment.intent_id}, the order's number {payment.intent_number}"
    if payment.charge_id:
        yield "charge", payment.charge_id
    if watch := payment.watch:
        refunds = f"${watch.refunded / 100:,.2f} went back, {watch.refunds_failed} refunds failed"
        yield (
            "seen after it",
            refunds + (f", dispute {watch.dispute_told}" if watch.dispute else ""),
        )


def _outstanding(order: Order) -> Iterator[str]:
    """The table, by what is stored; every row that fits.

    | payment is | and | outstanding |
    |---|---|---|
    | charging | its lease lasts | a request is at it |
    | none | the bank asks, and the order is live | the buyer |
    | refund_due | | the refund |
    | any | it is to be looked at | recovery |
    """
    payment = order.payment
    due = payment.watch and payment.watch.at if payment.status in DECIDED else payment.look_at
    if payment.lease_until and payment.leased(now()):
        yield f"a request charges the card, until {moment(payment.lease_until)} at most"
    if payment.status == PaymentStatus.NONE and payment.client_secret and not order.cancelled:
        yield "the buyer has to confirm with their bank"
    if payment.status == PaymentStatus.REFUND_DUE:
        since = payment.refund_due_since
        yield f"all of it is to go back{f', since {moment(since)}' if since else ''}"
    if due:
        late = f", {(now() - due).total_seconds():.0f} s ago" if due < now() else ""
        yield f"recovery asks Stripe at {moment(due)}{late}"


async def of_service(app: FastAPI) -> Part:
    orders: Store[Order] = app.state.stores[Order]
    undecided = await orders.fields(
        {"payment.lookAt": {"$gt": EVER}},
        ("payment.status", "payment.refundDueSince"),
        MOST_COUNTED,
    )
    refunds = [
        (each["payment"].get("refundDueSince"), each["_id"])
        for each in undecided
        if each["payment"]["status"] == PaymentStatus.REFUND_DUE
    ]
    known: Cases = app.state.cases
    cases = len(await known.store.find(OPEN, limit=MOST_COUNTED))
    part = Part(
        facts={
            "payments not decided": str(len(undecided) - len(refunds)),
            "refunds due": str(len(refunds)),
            "open cases": str(cases),
        }
    )
    if oldest := min((due for due in refunds if due[0]), default=None):
        since, order = oldest
        part.facts["the oldest refund due"] = f"of order {order}, since {moment(since)}"
        if (now() - since).total_seconds() > LATE:
            part.outstanding.append(f"the refund of order {order} is due since {moment(since)}")
    if cases:
        part.outstanding.append(f"{cases} cases: a person has to look")
    return part
