"""What no rule decides: a person has to look."""

from enum import StrEnum
from typing import ClassVar

from ticketing_common.store import Document, Index
from ticketing_common.types import Moment


class CaseKind(StrEnum):
    """What a person should do is in infra/README.md."""

    REFUND_FAILED = "refund_failed"  # so often that it is not tried again
    REFUND_REFUSED = "refund_refused"  # Stripe will not make it; it is tried again all the same
    DISPUTE = "dispute"
    CHARGE_WITHOUT_ORDER = "charge_without_order"
    CHARGED_TWICE = "charged_twice"
    UNKNOWN_INTENT = "unknown_intent"  # Stripe has none such, or its state stays strange
    WRONG_MODE = "wrong_mode"  # play money where real money was asked for, or the reverse
    AMOUNT_DIFFERS = "amount_differs"
    NOT_IN_LEDGER = "not_in_ledger"  # a charge of an order of ours
    NOT_AT_STRIPE = "not_at_stripe"  # a charge of our ledger
    REFUND_DIFFERS = "refund_differs"
    KEPT = "kept"  # the order is cancelled, and nothing gives its money back


class Case(Document):
    """`subject` is the id of what it is about, mostly Stripe's; kind and subject make the case's
    own id, so the same trouble is one case, however often it is met."""

    collection: ClassVar[str] = "cases"
    indexes: ClassVar[tuple[Index, ...]] = (Index((("resolvedAt", 1),)),)

    kind: str
    subject: str
    order_id: str | None = None
    said: str = ""
    opened_at: Moment
    resolved_at: Moment | None = None
    note: str | None = None  # what whoever resolved it had to say
