"""What is being done, on whose behalf, and what of it another process is told (W3C Trace Context).

OpenTelemetry's own spans take 30 us each, and five times that where one request in a hundred has
one, as their code is no longer in the processor's caches by then. These take a few.
"""

import random
import re
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar, Token
from typing import Literal, NamedTuple, Self

Kind = Literal["server", "client", "consumer", "internal"]
Attributes = Mapping[str, str | int]

MOST_EVENTS = 128  # of a span; further ones are not kept
LONGEST = 1000  # characters of what is said, an exception's message among it; thousands may wait

_HEADER = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])")


class Reference(NamedTuple):
    """A span as a `traceparent` names it."""

    trace: int
    span: int
    sampled: bool

    @classmethod
    def read(cls, header: str | None) -> Self | None:
        """None where that is no `traceparent`."""
        found = _HEADER.fullmatch(header or "")
        if found is None or not (trace := int(found[1], 16)) or not (span := int(found[2], 16)):
            return None
        return cls(trace, span, bool(int(found[3], 16) & 1))

    def __str__(self) -> str:
        return f"00-{self.trace:032x}-{self.span:016x}-{self.sampled:02x}"


class Event(NamedTuple):
    name: str
    at: int  # nanoseconds since 1970
    attributes: Attributes


class Span:
    """One block of code. An `Exception` that leaves it marks it as failed; a cancellation does
    not. What is said of it once it has ended is not heard: another thread reads it by then."""

    _token: Token["Span | NotSampled | None"]

    def __init__(
        self,
        name: str,
        kind: Kind,
        parent: Reference | None,
        export: Callable[["Span"], None],
        *,
        remote: bool = False,
        links: Sequence[Reference] = (),
        attributes: Attributes | None = None,
    ) -> None:
        """`export` is told once it has ended; `remote` where the parent is another process's."""
        trace = parent.trace if parent else random.getrandbits(128)
        self.reference = Reference(trace, random.getrandbits(64), sampled=True)
        self.name, self.kind = name, kind
        self.parent, self.remote, self.links = parent, remote, links
        self.attributes = _shortened(attributes or {})
        self.events: list[Event] = []
        self.failed = False
        self.reason = ""  # of its failure, where that is known
        self.over = False
        self.began = self.ended = time.time_ns()  # nanoseconds since 1970
        self._export = export

    def __enter__(self) -> Self:
        self._token = current.set(self)
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        current.reset(self._token)
        del self._token  # it holds all that was in the context, and the span may wait a while
        if isinstance(error, Exception):
            self._failed(error)
        self.ended = time.time_ns()
        self.over = True
        self._export(self)

    def add_event(self, name: str, attributes: Attributes) -> None:
        if len(self.events) < MOST_EVENTS and not self.over:
            self.events.append(Event(name, time.time_ns(), _shortened(attributes)))

    def update(self, name: str | None, attributes: Attributes, failed: bool) -> None:
        if not self.over:
            self.name = name or self.name
            self.attributes |= _shortened(attributes)
            self.failed |= failed

    def _failed(self, error: Exception) -> None:
        message = _message(error)
        self.failed, self.reason = True, f"{type(error).__name__}: {message}"[:LONGEST]
        said = {
            "exception.type": type(error).__qualname__,
            "exception.message": message,
            "exception.stacktrace": "".join(traceback.format_exception(error)),
        }
        self.add_event("exception", said)


class NotSampled:
    """What is done inside of `with` it is exported neither here nor by whoever goes on with it."""

    _reference: Reference | None = None
    _token: Token["Span | NotSampled | None"]

    @classmethod
    def of(cls, reference: Reference | None) -> Self:
        """`reference` is what it goes on with, where there is something."""
        found = cls()
        found._reference = reference
        return found

    @property
    def reference(self) -> Reference:
        if self._reference is None:
            ids = random.getrandbits(128), random.getrandbits(64)
            self._reference = Reference(*ids, sampled=False)
        return self._reference

    def __enter__(self) -> None:
        self._token = current.set(self)

    def __exit__(self, *_: object) -> None:
        current.reset(self._token)


def _shortened(attributes: Attributes) -> dict[str, str | int]:
    return {
        name: value[:LONGEST] if isinstance(value, str) else value
        for name, value in attributes.items()
    }


def _message(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - it is not to hide the one that is being told
        return "what it says can't be said"


# What is being done now; None where it began outside of any span, as a service's own work does.
current: ContextVar[Span | NotSampled | None] = ContextVar("span", default=None)
