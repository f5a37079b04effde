"""Settings, one field per environment variable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from ticketing_stripe_fake.delays import Delays
from ticketing_stripe_fake.webhooks import Endpoint

DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Settings:
    HOST: str = "0.0.0.0"  # noqa: S104  a container's port is published by whoever runs it
    PORT: int = 3000
    LOG_LEVEL: str = "INFO"
    DATA: Path | None = None
    """Where the ledger survives restarts (an SQLite file); unset: memory only."""
    PUBLIC_URL: str | None = None
    """Where a browser reaches this server, for 3-D Secure; unset: as the API's caller did."""
    ORDER_URL: str | None = None
    """The shop's page of an order, with `{order}` for its id, where the bank's page leads back."""
    IDEMPOTENCY_TTL_SECONDS: float = DAY_SECONDS
    """Stripe keeps a key's first result for at least 24 hours."""
    WEBHOOK_URL: str | None = None
    """Where events are sent to, signed with STRIPE_WEBHOOK_SECRET; without both: nowhere."""
    STRIPE_WEBHOOK_SECRET: str | None = field(default=None, repr=False)
    """Of several, which receivers accept while it rotates, the first signs."""
    WEBHOOK_EVENTS: str = "*"
    """Which types, as shell patterns."""
    WEBHOOK_RETRY_SECONDS: float = 1.0
    REFUND_SECONDS: float = 30.0
    """Until a refund of tok_refundFail fails, or one of tok_pendingRefund succeeds."""
    DISPUTE_SECONDS: float = 5.0
    """Until a charge of tok_createDispute is disputed."""

    @property
    def delays(self) -> Delays:
        """Raises ValueError for what is no time."""
        return Delays(refund=self.REFUND_SECONDS, dispute=self.DISPUTE_SECONDS)

    @property
    def webhook(self) -> Endpoint | None:
        """Raises ValueError for what can't be called or sign."""
        secret = (self.STRIPE_WEBHOOK_SECRET or "").replace(",", " ").split()
        if self.WEBHOOK_URL is None or not secret:
            return None
        events = tuple(self.WEBHOOK_EVENTS.split())
        return Endpoint(self.WEBHOOK_URL, secret[0], self.WEBHOOK_RETRY_SECONDS, events)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Raises ValueError naming every variable that can't be read, not only the first."""
        values: dict[str, object] = {}
        wrong: list[str] = []
        for each in fields(cls):
            text = env.get(each.name, "").strip()
            if not text:
                continue
            try:
                values[each.name] = READERS.get(each.name, str)(text)
            except ValueError as error:
                wrong.append(f"{each.name}: {error}")
        if wrong:
            raise ValueError("; ".join(wrong))
        return cls(**values)  # type: ignore[arg-type]


def _level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ValueError(f"{text!r} is no log level")
    return text.upper()


READERS: dict[str, Callable[[str], object]] = {
    "PORT": int,
    "LOG_LEVEL": _level,
    "DATA": Path,
    "IDEMPOTENCY_TTL_SECONDS": float,
    "WEBHOOK_RETRY_SECONDS": float,
    "REFUND_SECONDS": float,
    "DISPUTE_SECONDS": float,
}
