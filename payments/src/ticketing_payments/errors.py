"""What a payer is answered where a payment did not simply end."""

from ticketing_common.errors import BadRequestError, ServiceUnavailableError


class PaymentUnknownError(ServiceUnavailableError):
    """The card may have been charged; the recovery loop will find out."""

    message = "Your payment is being confirmed, do not pay again"


class NothingChargedError(ServiceUnavailableError):
    """Stripe failed us before there was anything that could have charged the card."""

    message = "Payments do not work at the moment. You were not charged."


class OrderExpiredError(BadRequestError):
    """It is too late for a payment to start; one that was begun in time may yet have succeeded."""

    message = "Order has expired"


class LostLeaseError(Exception):
    """Someone else has decided this payment meanwhile."""
