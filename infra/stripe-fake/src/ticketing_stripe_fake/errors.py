"""Stripe's errors: each carries its HTTP status and the fields of the `error` object.

Messages and codes are Stripe's own (docs.stripe.com/error-codes, docs.stripe.com/error-low-level).
"""

from collections.abc import Mapping
from typing import Any

DOCS = "https://stripe.com/docs/error-codes/"


class StripeError(Exception):
    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        began: bool = True,
        should_retry: bool | None = None,
        **details: Any,
    ) -> None:
        """`began`: the endpoint began executing, so an idempotency key keeps this result."""
        super().__init__(message)
        self.status = status
        self.began = began
        self.should_retry = should_retry
        fields = {"code": code, "message": message, "param": param, "type": type, **details}
        if code is not None:
            fields["doc_url"] = DOCS + code.replace("_", "-")
        self.fields = {name: value for name, value in fields.items() if value is not None}

    def body(self) -> Mapping[str, Any]:
        return {"error": self.fields}


def invalid_parameter(code: str, message: str, param: str) -> StripeError:
    """A parameter failed validation: no endpoint began, so no key keeps it."""
    return StripeError(400, message, code=code, param=param, began=False)


def no_such(kind: str, id: str, *, param: str = "id", status: int = 400) -> StripeError:
    """404 where the URL names the object, 400 where a parameter does."""
    return StripeError(status, f"No such {kind}: '{id}'", code="resource_missing", param=param)


def api_error(status: int = 500, *, began: bool = True) -> StripeError:
    """Stripe's own fault. A kept 500 is worth no retry: the key would only replay it."""
    return StripeError(
        status,
        "An unknown error occurred. Please try again later.",
        type="api_error",
        began=began,
        should_retry=not began,
    )


def rate_limited() -> StripeError:
    return StripeError(
        429,
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.",
        code="rate_limit",
        began=False,
    )


def lock_timeout(status: int = 429) -> StripeError:
    """Another request holds the object: nothing was done, the same request may be repeated."""
    return StripeError(
        status,
        "This object cannot be accessed right now because another API request or Stripe process "
        "is currently accessing it. If you see this error intermittently, retry the request. If "
        "you see this error frequently and are making multiple concurrent requests to a single "
        "object, make your requests serially or at a lower rate. For more details, see "
        "https://stripe.com/docs/rate-limits#object-lock-timeouts.",
        code="lock_timeout",
        began=False,
        should_retry=True,
    )
