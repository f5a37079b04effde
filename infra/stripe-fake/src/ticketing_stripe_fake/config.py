"""Settings, one field per environment variable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

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
    IDEMPOTENCY_TTL_SECONDS: float = DAY_SECONDS
    """Stripe keeps a key's first result for at least 24 hours."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Raises ValueError naming every variable that can't be read, not only the first."""
        values: dict[str, object] = {}
        wrong: list[str] = []
        for field in fields(cls):
            text = env.get(field.name, "").strip()
            if not text:
                continue
            try:
                values[field.name] = READERS.get(field.name, str)(text)
            except ValueError as error:
                wrong.append(f"{field.name}: {error}")
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
}
