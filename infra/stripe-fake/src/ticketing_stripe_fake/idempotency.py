"""Idempotency keys (docs.stripe.com/api/idempotent_requests).

A key's first result, error or not, is kept and replayed for at least 24 hours, then forgotten.
While the first request is still at work, a second one with its key is refused.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.kept_result import KeptResult
from ticketing_stripe_fake.storage import Storage

MAXIMUM_LENGTH = 255


class IdempotencyKeys:
    def __init__(self, storage: Storage, clock: Callable[[], float], ttl_seconds: float) -> None:
        self.ttl_seconds = ttl_seconds
        self._storage = storage
        self._clock = clock
        self._kept = OrderedDict((kept.key, kept) for kept in storage.kept_results())
        self._at_work: set[str] = set()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: str, endpoint: str, parameters: bytes) -> KeptResult | None:
        """The result to replay. Raises StripeError for a key that this request may not use."""
        if not 0 < len(key) <= MAXIMUM_LENGTH:
            message = f"Idempotency-Key must have 1 to {MAXIMUM_LENGTH} characters."
            raise _refused(message)
        if key in self._at_work:
            message = (
                "There is currently another in-progress request using this Idempotent Key (that "
                "probably means you submitted twice, and the other request is still going "
                f"through): {key}. Please try again later."
            )
            raise StripeError(
                409, message, code="idempotency_key_in_use", began=False, should_retry=True
            )
        self._forget_expired()
        kept = self._kept.get(key)
        if kept is None:
            return None
        other = f"Try using a key other than '{key}' if you meant to execute a different request."
        if kept.endpoint != endpoint:
            message = (
                "Keys for idempotent requests can only be used for the same endpoint they were "
                f"first used for ('{endpoint}' vs '{kept.endpoint}'). {other}"
            )
            raise _refused(message)
        if kept.fingerprint != parameters:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. {other}"
            )
            raise _refused(message)
        return kept

    @contextmanager
    def at_work(self, key: str | None) -> Iterator[None]:
        if key is None:
            yield
            return
        self._at_work.add(key)
        try:
            yield
        finally:
            self._at_work.discard(key)

    def let_go(self) -> None:
        """Whoever was at work has died, as with a process, and keeps nobody else from it."""
        self._at_work.clear()

    def keep(self, result: KeptResult) -> None:
        """Its storage is the ledger's: it is written with the objects of the same request."""
        self._kept[result.key] = result

    def forget(self, key: str | None = None) -> int:
        """One key, or all; how many were known."""
        keys = [key] if key else list(self._kept)
        self._storage.forget(keys)
        return sum(self._kept.pop(each, None) is not None for each in keys)

    def _forget_expired(self) -> None:
        horizon = self._clock() - self.ttl_seconds
        expired = []
        for key, kept in self._kept.items():
            if kept.kept_at > horizon:
                break
            expired.append(key)
        if expired:
            self._storage.forget(expired)
            for key in expired:
                del self._kept[key]


def _refused(message: str) -> StripeError:
    return StripeError(400, message, type="idempotency_error", began=False)
