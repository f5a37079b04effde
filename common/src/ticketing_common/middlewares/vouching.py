"""The client service's word for the visitor whose request it passes on.

The public API sees the client's own address, which all visitors of the pages would share. The
header holds the visitor's, the time, and a signature of both that nobody without the key can make;
proxies let it through as it is, and it is of no use to anybody a minute later.
"""

import hmac
import time
from collections.abc import Callable

HEADER = "x-visitor"
VALID = 60  # seconds, either way: clocks differ, and a call is on its way for a few


class Vouching:
    """Writes the header with the first key, and reads what any of them signed."""

    def __init__(self, keys: tuple[str, ...], clock: Callable[[], float] = time.time) -> None:
        self._keys = [key.encode() for key in keys]
        self._clock = clock

    def write(self, address: str) -> str | None:
        """The header's value for a visitor of this address; None where there is no key."""
        if not self._keys:
            return None
        said = f"{address};{int(self._clock())}"
        return f"{said};{_signature(self._keys[0], said)}"

    def read(self, header: str) -> str | None:
        """The address that one of the keys vouches for; None for anything else."""
        said, _, signature = header.rpartition(";")
        sent = signature.encode()
        if not any(hmac.compare_digest(_signature(k, said).encode(), sent) for k in self._keys):
            return None
        address, _, then = said.rpartition(";")
        return address if abs(self._clock() - int(then)) <= VALID else None


def _signature(key: bytes, said: str) -> str:
    return hmac.digest(key, said.encode(), "sha256").hex()
