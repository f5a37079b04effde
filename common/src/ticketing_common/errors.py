"""The errors a service answers with.

Each knows its HTTP status and its messages; `middlewares.error_handler` is the one place that
renders them, as `{"errors": [{"message", "field"?}]}`.
"""

import math
from collections.abc import Mapping
from typing import Any


class CustomError(Exception):
    """An error that is safe to show to whoever sent the request."""

    status_code = 500
    message = "Something went wrong"
    headers: Mapping[str, str] = {}

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)

    def serialize_errors(self) -> list[dict[str, str]]:
        """The entries of the body's `errors`."""
        return [{"message": self.message}]

    def body(self) -> dict[str, Any]:
        """The whole response body."""
        return {"errors": self.serialize_errors()}


class BadRequestError(CustomError):
    """The request makes sense, but not in the present state."""

    status_code = 400
    message = "Bad request"


class VersionConflictError(BadRequestError):
    """Somebody else saved the document first; read it again and decide again."""

    message = "It has just been changed by someone else, please try again"


class RequestValidationError(CustomError):
    """Fields of the body or of the query are wrong; `errors` pairs each with its message."""

    status_code = 400
    message = "Invalid request parameters"

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__()
        self.errors = errors

    def serialize_errors(self) -> list[dict[str, str]]:
        return [{"message": message, "field": field} for field, message in self.errors]


class NotAuthorizedError(CustomError):
    """Not signed in, or not the owner."""

    status_code = 401
    message = "Not authorized"


class ForbiddenError(CustomError):
    """A page of another site, or of another origin, made a browser send this."""

    status_code = 403
    message = "This request was sent from another site"


class NotFoundError(CustomError):
    """No such route or document."""

    status_code = 404
    message = "Not Found"


class UnreadableDocumentError(CustomError):
    """What is stored under this id is no document of the kind that was asked for."""

    message = "It can't be shown as it is stored"


class RequestTimeoutError(CustomError):
    """The request did not come in full in time; what is left of it is not waited for."""

    status_code = 408
    message = "The request took too long to arrive"


class PayloadTooLargeError(CustomError):
    """The body is larger than any request of ours has reason to be."""

    status_code = 413
    message = "The request is too large"


class HeadersTooLargeError(CustomError):
    """The request's line and headers are larger than any of ours have reason to be."""

    status_code = 431
    message = "The request's headers are too large"


class UnsupportedMediaTypeError(CustomError):
    """A body that is not declared as JSON, which is all that a form of another site can send."""

    status_code = 415
    message = "The request body must be sent as application/json"


class TooManyRequestsError(CustomError):
    """The caller has asked for more than there is for one. `wait` is in seconds; the message ends
    with them: why, what to do, and when."""

    status_code = 429

    def __init__(self, why: str, wait: float, advice: str = "please try again") -> None:
        seconds = max(1, math.ceil(wait))
        super().__init__(f"{why}, {advice} in {_in_words(seconds)}")
        self.headers = {"Retry-After": str(seconds)}


def _in_words(seconds: int) -> str:
    number, unit = (seconds, "second") if seconds < 120 else (math.ceil(seconds / 60), "minute")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


class ServiceUnavailableError(CustomError):
    """Something this service depends on does not answer; nothing was promised."""

    status_code = 503
    message = "The service is unavailable for the moment, please try again"
    headers: Mapping[str, str] = {"Retry-After": "2"}
    readiness = "does not answer"  # what `/readyz` says of it


class DatabaseConnectionError(ServiceUnavailableError):
    """The store does not answer, or could not confirm the write in time."""
