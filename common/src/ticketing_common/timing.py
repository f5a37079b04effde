"""The clockwork between an order's expiry and its payment.

Orders, payments and expiration have to agree on it: a payment may start only while its outcome
can still be known before the order expires. All durations derive from the order window
(EXPIRATION_WINDOW_SECONDS), so that a short one, in tests and demonstrations, scales all of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations in seconds.

    Raises `ValueError` unless the lease outlives two calls to Stripe with the writes around them;
    unless an expiry comes only after a payment accepted at the last moment has been settled, and
    after a look at whether the buyer's bank has confirmed one by the deadline; and unless the
    sweeper comes after both.
    """

    stripe_timeout: float  # for one call
    stripe_read_timeout: float  # for one that only reads
    lease: float  # for how long a charge belongs to the request that took it
    recovery_interval: float  # between two looks for payments nobody is working on
    payment_cutoff: float  # a payment may not start with less than this left
    expiry_grace: float  # after expiresAt, until an order is told to expire
    sweep_interval: float  # between two looks for orders nobody expired
    sweep_grace: float  # after expiresAt, until orders expires it by itself; also what news of
    # payments is given to arrive after an outage

    def __post_init__(self) -> None:
        if self.lease <= 2 * self.stripe_timeout:
            raise ValueError("the lease must outlive two calls to Stripe")
        if self.stripe_read_timeout > self.stripe_timeout:
            raise ValueError("to read takes no longer than to charge")
        if self.payment_cutoff + self.expiry_grace <= self.lease + self.recovery_interval:
            raise ValueError("an order may expire before its last payment has been settled")
        if self.expiry_grace <= self.recovery_interval + self.stripe_read_timeout:
            raise ValueError("an order may expire before its last authentication has been seen")
        if self.sweep_grace <= self.expiry_grace:
            raise ValueError("the sweeper must come after the expiration service")

    @classmethod
    def of(cls, window: float) -> "Timing":
        """The durations for an order window of so many seconds; a minute gives them in full."""
        scale = min(1.0, window / 60)
        return cls(
            stripe_timeout=8 * scale,
            stripe_read_timeout=3.5 * scale,
            lease=20 * scale,
            recovery_interval=2 * scale,
            payment_cutoff=20 * scale,
            expiry_grace=6 * scale,
            sweep_interval=4 * scale,
            sweep_grace=16 * scale,
        )
