"""The id that follows a request into the logs, into events and into whatever those lead to.

Callers and messages may bring one along. It is copied from message to message, so it is taken over
only where it is short and plain; otherwise it is one of our own.
"""

import re
from contextvars import ContextVar
from itertools import count
from secrets import token_hex

HEADER = "X-Request-Id"

# Of what is being done now; None in a service's own work.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_SAFE = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PROCESS = token_hex(8).encode()  # with a number behind it, an id that no other process gives
_numbers = count(1)


def is_safe(given: bytes) -> bool:
    return _SAFE.fullmatch(given) is not None


def own_id() -> bytes:
    return b"%s-%x" % (_PROCESS, next(_numbers))


def id_of_message(given: str | None) -> str:
    """The id that a message brought along, or one of our own."""
    if given is not None and is_safe(given.encode(errors="replace")):
        return given
    return own_id().decode()
