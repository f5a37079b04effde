"""What becomes of a decided payment when Stripe shows refunds and disputes: the second table.

Rows are what is stored, columns what Stripe shows of the charge: nothing (or a part) of it went
back; all of it did, or will once a pending refund is done; a dispute holds it; or the bank gave it
back, or what was left of it, by a lost dispute.

| payment is | nothing | pending | all | contested | lost |
|---|---|---|---|---|---|
| charged | keep | keep | keep | keep | keep |
| refund_due | refund | wait | refunded | wait | refunded |
| refunded | due again | keep | keep | due again | keep |

"keep" writes down what was seen and no more: a complete order stays complete, whoever gave money
back. A refund of a charge in dispute would be refused, so what is due waits for the bank.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ticketing_payments.gateway import Refund, StripeDispute
from ticketing_payments.models.order import Order, PaymentStatus, Progress
from ticketing_payments.models.watch import Dispute, Watch

CERTAIN_AFTER = timedelta(days=30)  # so long a refund may still fail (docs.stripe.com/refunds)
MOST_FAILED = 3  # refunds of one charge, before it is a person's to try again

LOST = frozenset({"lost"})
CLOSED = frozenset({"warning_closed", "prevented"})  # the charge stands, but no bank said so
WON = frozenset({"won"}) | CLOSED  # any other state is open


class Seen(StrEnum):
    NOTHING = "nothing"
    PENDING = "pending"
    ALL = "all"
    CONTESTED = "contested"
    LOST = "lost"


class Step(StrEnum):
    KEEP = "keep"
    REFUND = "refund"
    WAIT = "wait"
    REFUNDED = "refunded"
    DUE_AGAIN = "due again"


TABLE: dict[PaymentStatus, dict[Seen, Step]] = {
    PaymentStatus.CHARGED: dict.fromkeys(Seen, Step.KEEP),
    PaymentStatus.REFUND_DUE: {
        Seen.NOTHING: Step.REFUND,
        Seen.PENDING: Step.WAIT,
        Seen.ALL: Step.REFUNDED,
        Seen.CONTESTED: Step.WAIT,
        Seen.LOST: Step.REFUNDED,
    },
    PaymentStatus.REFUNDED: {
        Seen.NOTHING: Step.DUE_AGAIN,
        Seen.PENDING: Step.KEEP,
        Seen.ALL: Step.KEEP,
        Seen.CONTESTED: Step.DUE_AGAIN,
        Seen.LOST: Step.KEEP,
    },
}


@dataclass(frozen=True, slots=True)
class Returns:
    """Refunds and disputes of one charge over so many cents, the newest first."""

    amount: int
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[StripeDispute, ...] = ()

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds if not refund.ended)

    @property
    def pending(self) -> bool:
        """Whether Stripe does not call all of it done yet."""
        return any(not each.ended and each.status != "succeeded" for each in self.refunds)

    @property
    def failed(self) -> int:
        return sum(refund.ended for refund in self.refunds)

    @property
    def refund_id(self) -> str | None:
        """The last one that has not failed."""
        return next((refund.id for refund in self.refunds if not refund.ended), None)

    @property
    def dispute(self) -> Dispute | None:
        """The last one's state."""
        if not self.disputes:
            return None
        status = self.disputes[0].status
        return Dispute.LOST if status in LOST else Dispute.WON if status in WON else Dispute.OPEN

    @property
    def dispute_closed(self) -> bool:
        return bool(self.disputes) and self.disputes[0].status in CLOSED

    @property
    def lost(self) -> int:
        """Cents that banks gave back."""
        return sum(each.amount for each in self.disputes if each.status in LOST)

    @property
    def seen(self) -> Seen:
        if self.refunded >= self.amount:
            return Seen.PENDING if self.pending else Seen.ALL
        if self.refunded + self.lost >= self.amount:
            return Seen.LOST
        if any(each.status not in LOST | WON and not each.refundable for each in self.disputes):
            return Seen.CONTESTED
        return Seen.NOTHING


def step_for(order: Order, returns: Returns) -> Step:
    return TABLE[order.payment.status][returns.seen]


def watching(order: Order, returns: Returns, at: datetime) -> Watch:
    """What is written down of it. Its `at` is the moment given where something can still change:
    a refund that is younger than 30 days, or an open dispute; else None."""
    before = order.payment.watch or Watch()
    same = returns.refunded == before.refunded
    since = (before.refunded_at if same else None) or at
    young = returns.pending or at < since + CERTAIN_AFTER
    heard = before.model_copy(
        update={
            "refunded": returns.refunded,
            "refunded_at": since if returns.refunded else None,
            "refunds_failed": returns.failed,
            "dispute_id": returns.disputes[0].id if returns.disputes else None,
            "dispute": returns.dispute,
            "dispute_closed": returns.dispute_closed,
        }
    )
    changing = (returns.refunded > 0 and young) or returns.dispute == Dispute.OPEN
    looks = before.looks if heard == before else 0
    return heard.model_copy(update={"at": at if changing else None, "looks": looks})


def after(payment: Progress, step: Step, watch: Watch, at: datetime) -> Progress:
    """The payment after a step that asks nothing of Stripe."""
    changes: dict[str, Any] = {"watch": watch}
    if step == Step.REFUNDED:
        changes |= {"status": PaymentStatus.REFUNDED, "look_at": None, "looks": 0}
    if step == Step.DUE_AGAIN:
        watch = watch.model_copy(update={"at": None})
        due = {"status": PaymentStatus.REFUND_DUE, "refund_due_since": at, "look_at": at}
        changes |= {**due, "looks": 0, "watch": watch}
    return payment.model_copy(update=changes)
