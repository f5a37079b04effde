"""What became of a charge after it was decided: refunds, disputes, and when to look again."""

from enum import StrEnum

from ticketing_common.store.document import Model
from ticketing_common.types import Moment


class Dispute(StrEnum):
    """A cardholder's objection, as far as we tell it; Stripe has more words."""

    OPEN = "open"  # the bank has not decided; mostly it holds the money meanwhile
    WON = "won"  # the charge stands
    LOST = "lost"  # the bank gave the money back to the cardholder
    CLOSED = "closed"  # without a decision: a bank's inquiry that came to nothing; never stored


class Watch(Model):
    """Amounts in cents. `at` is when to look at Stripe (again), None when nothing can change any
    more; `looks` counts those in a row that found nothing new.

    Older versions do not know this part of an order, and never look at `at`.
    """

    at: Moment | None = None
    looks: int = 0
    refunded: int = 0  # by refunds that have not failed, whoever made them
    refunded_at: Moment | None = None  # since when that is what Stripe shows
    refunds_failed: int = 0  # of our own
    dispute_id: str | None = None
    dispute: Dispute | None = None
    dispute_closed: bool = False  # won, but not decided: older versions can't read another word
    review: bool = False  # a person has to look: there is an open case

    @property
    def dispute_told(self) -> Dispute | None:
        return Dispute.CLOSED if self.dispute_closed else self.dispute

    @property
    def refund_pending(self) -> bool:
        """Whether some of what went back may still fail: for so long it is watched."""
        return self.refunded > 0 and self.at is not None
