"""When the recovery loop looks at an order next."""

from datetime import datetime, timedelta

from ticketing_common.timing import Timing
from ticketing_payments.models.order import Order, PaymentStatus, Progress
from ticketing_payments.models.watch import Watch

MAX_BACKOFF = 30  # intervals, between two looks at a payment that is not decided
NEAR_THE_END = 2  # intervals, between two looks at an authentication close to its deadline
MOST_DOUBLINGS = 30
SELDOM = timedelta(days=1)  # between two looks at refunds and disputes

DECIDED = frozenset({PaymentStatus.CHARGED, PaymentStatus.REFUNDED})
MAY_BE_CHARGED = frozenset({PaymentStatus.NONE, PaymentStatus.CHARGING})


class Schedule:
    """An undecided payment is due at its `look_at`, a decided one at its watch's `at`: versions
    that do not know of watching never take those up."""

    def __init__(self, timing: Timing) -> None:
        self.interval = timedelta(seconds=timing.recovery_interval)
        self.lease = timedelta(seconds=timing.lease)
        self.cutoff = timedelta(seconds=timing.payment_cutoff)

    def due_at(self, payment: Progress) -> datetime | None:
        """None where there is nothing to look for."""
        if payment.status in DECIDED:
            return payment.watch.at if payment.watch else None
        return payment.look_at

    def at(self, payment: Progress, moment: datetime) -> Progress:
        """Due at that moment."""
        watch = payment.watch
        if payment.status in DECIDED:
            watch = (watch or Watch()).model_copy(update={"at": moment})
            return payment.model_copy(update={"look_at": None, "watch": watch})
        if watch is not None:  # what was heard before a charge is decided is looked at after it
            heard = payment.status in MAY_BE_CHARGED and watch.at is not None
            watch = watch.model_copy(update={"at": moment if heard else None})
        return payment.model_copy(update={"look_at": moment, "watch": watch})

    def heard(self, payment: Progress, at: datetime) -> Progress:
        """Something may have become of the charge: where that is not decided yet, it is to be
        looked at once it is, and once the request is done that may be at it."""
        watch = payment.watch
        if payment.status not in MAY_BE_CHARGED or (watch and watch.at):
            return payment
        moment = payment.lease_until if payment.leased(at) else at
        watch = (watch or Watch()).model_copy(update={"at": moment})
        return payment.model_copy(update={"watch": watch})

    def later(
        self, order: Order, payment: Progress, at: datetime, most: timedelta | None = None
    ) -> Progress:
        """Due after a while that doubles with every look in vain, up to `most`."""
        if payment.status in DECIDED:
            watch = payment.watch or Watch()
            delay = min(self.interval * 2 ** min(watch.looks, MOST_DOUBLINGS), SELDOM)
            watch = watch.model_copy(update={"looks": watch.looks + 1})
            return self.at(payment.model_copy(update={"watch": watch}), at + delay)
        delay = self.interval * 2 ** min(payment.looks, MOST_DOUBLINGS)
        delay = min(delay, most or self.interval * MAX_BACKOFF)
        if payment.client_secret and not order.cancelled:
            delay = self._until_authenticated(order, at, delay)
        payment = payment.model_copy(update={"looks": payment.looks + 1})
        return self.at(payment, at + delay)

    def _until_authenticated(self, order: Order, at: datetime, delay: timedelta) -> timedelta:
        """Every few seconds near the end, and once when it has come: whoever has authenticated by
        then has the ticket, and an order expires only a grace later."""
        left = order.expires_at - at
        if left <= timedelta(0):
            return delay
        near = max(left - self.cutoff, self.interval * NEAR_THE_END)
        return min(delay, near, left)
