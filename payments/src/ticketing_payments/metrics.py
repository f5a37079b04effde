"""Payments, refunds and Stripe's calls, for Prometheus."""

from datetime import UTC, datetime

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

from ticketing_common.metrics.metrics import Source, gauge, gauges
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.resolver import Resolver

MOST_COUNTED = 10_000  # undecided payments and refunds; there may be more
EVER = datetime(1970, 1, 1, tzinfo=UTC)


def refunds(orders: Store[Order]) -> Source:
    """And whatever else is not decided: what recovery has to look at."""

    async def read() -> list[Metric]:
        names = ("payment.status", "payment.refundDueSince")
        found = await orders.fields({"payment.lookAt": {"$gt": EVER}}, names, MOST_COUNTED)
        undecided: dict[str, float] = dict.fromkeys(PaymentStatus, 0.0)
        for each in found:
            undecided[each["payment"]["status"]] = undecided.get(each["payment"]["status"], 0) + 1
        due = [
            each["payment"].get("refundDueSince")
            for each in found
            if each["payment"]["status"] == PaymentStatus.REFUND_DUE
        ]
        ages = [(now() - since).total_seconds() for since in due if since]
        return [
            gauges("payments_undecided", "Payments to look at.", "status", undecided),
            gauge("refunds_due", "Charges that are to go back.", len(due)),
            gauge("refund_due_age_seconds", "Of the oldest of them.", max([*ages, 0.0])),
        ]

    return read


def calls(gateway: StripeGateway) -> Source:
    """By call and outcome, as far as the outcome is known."""

    async def read() -> list[Metric]:
        family = HistogramMetricFamily(
            "ticketing_stripe_call_duration_seconds", "Calls to Stripe.", labels=["call", "outcome"]
        )
        for (call, outcome), histogram in list(gateway.durations.items()):
            family.add_metric([call, outcome], histogram.buckets(), histogram.sum)
        return [family]

    return read


def outcomes(cashier: Cashier, resolver: Resolver) -> Source:
    async def read() -> list[Metric]:
        family = CounterMetricFamily(
            "ticketing_payment_outcomes",
            "Payments decided, by what Stripe said and who found out.",
            labels=["outcome", "by"],
        )
        for by, counted in (("request", cashier.outcomes), ("recovery", resolver.outcomes)):
            for outcome, count in list(counted.items()):
                family.add_metric([outcome, by], count)
        return [family]

    return read
