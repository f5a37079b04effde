"""What can become of a call to Stripe."""

from ticketing_common.errors import ServiceUnavailableError


class StripeUnavailableError(ServiceUnavailableError):
    """No answer, or "try again": it may have been done, or may yet be."""


class StripeFailedError(StripeUnavailableError):
    """Stripe answered with a failure of its own, and will answer the same for this key again."""


class NotFoundAtStripeError(StripeUnavailableError):
    """Stripe has no such object: it says nothing of what another account's did."""


class WrongModeError(StripeUnavailableError):
    """An answer about play money to a live key, or about real money to a test key: it says
    nothing of what we asked for."""


class RefusedError(Exception):
    """Stripe understood and will not do it, whatever we try; `code` says why, `param` of what."""

    def __init__(self, message: str, code: str | None, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.param = param


class CardDeclinedError(RefusedError):
    """The card was refused; the message is for its holder."""
