"""What goes back to the caller, or does not."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import orjson

from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.kept_result import KeptResult

Fate: TypeAlias = Literal["sent", "dropped", "closed", "hanging"]


@dataclass(frozen=True, slots=True)
class Answer:
    request_id: str
    status: int
    body: bytes
    should_retry: bool | None = None
    original_request: str | None = None
    """Set on a replay."""
    fate: Fate = "sent"

    @classmethod
    def of_error(cls, request_id: str, error: StripeError) -> "Answer":
        return cls(request_id, error.status, orjson.dumps(error.body()), error.should_retry)

    @classmethod
    def replayed(cls, request_id: str, kept: KeptResult) -> "Answer":
        return cls(request_id, kept.status, kept.body, kept.should_retry, kept.request_id)

    @classmethod
    def lost(cls, request_id: str, fate: Fate) -> "Answer":
        return cls(request_id, 0, b"", fate=fate)

    def lose(self, *, hang: bool) -> "Answer":
        return replace(self, fate="hanging" if hang else "closed")

    def headers(self, key: str | None, version: str | None) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Request-Id": self.request_id}
        if version:
            headers["Stripe-Version"] = version
        if key:
            headers["Idempotency-Key"] = key
            headers["Original-Request"] = self.original_request or self.request_id
        if self.original_request:
            headers["Idempotent-Replayed"] = "true"
        if self.should_retry is not None:
            headers["Stripe-Should-Retry"] = str(self.should_retry).lower()
        return headers
