"""What an idempotency key keeps of its first request."""

import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptResult:
    key: str
    endpoint: str
    """Its path, ids included."""
    fingerprint: bytes
    """Of the parameters the key was first used with."""
    request_id: str
    kept_at: float
    """Unix time in seconds."""
    status: int
    should_retry: bool | None
    compressed_body: bytes

    @property
    def body(self) -> bytes:
        return zlib.decompress(self.compressed_body)


def compressed(body: bytes) -> bytes:
    """About a third of its size: a long load test keeps hundreds of thousands."""
    return zlib.compress(body, 1)
