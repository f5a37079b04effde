"""The errors a service answers with.

Each knows its HTTP status and its messages; `middlewares.error_handler` is the one place that
renders them, as `{"errors": [{"message", "field"?}]}`.
"""

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


class NotFoundError(CustomError):
    """No such route or document."""

    status_code = 404
    message = "Not Found"


class RequestTimeoutError(CustomError):
    """The request did not come in full in time; what is left of it is not waited for."""

    status_code = 408
    message = "The request took too long to arrive"


class PayloadTooLargeError(CustomError):
    """The body is larger than any request of ours has reason to be."""

    status_code = 413
    message = "The request is too large"


class TooManyRequestsError(CustomError):
    """The caller has asked too often; `wait` is in seconds."""

    status_code = 429
    message = "Too many requests, please try again later"

    def __init__(self, wait: int) -> None:
        super().__init__()
        self.headers = {"Retry-After": str(wait)}


class ServiceUnavailableError(CustomError):
    """Something this service depends on does not answer; nothing was promised."""

    status_code = 503
    message = "The service is unavailable for the moment, please try again"
    headers: Mapping[str, str] = {"Retry-After": "2"}


class DatabaseConnectionError(ServiceUnavailableError):
    """The store does not answer, or could not confirm the write in time."""
