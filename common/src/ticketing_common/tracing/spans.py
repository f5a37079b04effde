"""Spans: what this process does for a request or a message, for how long, and on whose behalf.

They are exported by OpenTelemetry as its variables ask (see `configure`). Where they ask for
nothing, its SDK is not imported, and every function here does nothing.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from threading import Thread
from typing import TYPE_CHECKING

from ticketing_common.request_ids import request_id
from ticketing_common.settings import SettingsError
from ticketing_common.tracing.context import Attributes, Kind, NotSampled, Reference, Span, current
from ticketing_common.tracing.sampling import ratio_of

if TYPE_CHECKING:
    from ticketing_common.tracing.opentelemetry import OpenTelemetry

HEADER = "traceparent"  # by which a trace goes on in another process (W3C Trace Context)

_NOTHING: AbstractContextManager[None] = nullcontext()

# One for the process, as the current span is: what a handler calls has no argument for it.
_exported: "OpenTelemetry | None" = None
_ratio = 1.0  # of the traces that begin here, how many are sampled


def configure(service: str, environ: Mapping[str, str]) -> None:
    """Export spans from here on, if the environment asks for it.

    OTEL_TRACES_EXPORTER names exporters, separated by commas (`none`: no exporter; `otlp`: JSON
    over HTTP, whatever OTEL_EXPORTER_OTLP_PROTOCOL says); without it OTEL_EXPORTER_OTLP_ENDPOINT,
    or that of traces alone, means `otlp`. TRACES_FILE is the path of a file that spans are appended
    to as well. OTEL_TRACES_SAMPLER is read as `ratio_of` tells, and the exporters' own variables
    (OTEL_BSP_*, ...) by them; traces are carried by `traceparent` alone, whatever OTEL_PROPAGATORS
    says.

    Raises `SettingsError` for an exporter that is not installed, a file that can't be written, and
    what `ratio_of` refuses.
    """
    global _exported, _ratio
    otlp = environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or environ.get(
        "OTEL_EXPORTER_OTLP_ENDPOINT"
    )
    names = environ.get("OTEL_TRACES_EXPORTER") or ("otlp" if otlp else "")
    exporters = [each for name in names.split(",") if (each := name.strip()) not in ("", "none")]
    file = environ.get("TRACES_FILE")
    disabled = environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if disabled or not (exporters or file):
        return
    name = environ.get("OTEL_SERVICE_NAME") or service
    try:
        from ticketing_common.tracing.opentelemetry import OpenTelemetry

        _ratio = ratio_of(environ)
        _exported = OpenTelemetry(name, exporters, file)
    except (ValueError, OSError) as error:
        raise SettingsError(f"Traces can't be exported: {error}") from None


def enabled() -> bool:
    return _exported is not None


def span(
    name: str,
    kind: Kind = "internal",
    *,
    parent: str | None = None,
    joins: str | None = None,
    attributes: Callable[[], Attributes] | None = None,
    drawn: bool = False,
) -> AbstractContextManager[object]:
    """What is done inside of `with` it, which gives None where it is not sampled. An `Exception`
    that leaves the block marks it as failed; a cancellation does not.

    `parent` is the `traceparent` of a span in another process. `joins` is one that was stored, of a
    trace to which this belongs whoever asks for it:

    | `joins`                     | parent                       | link             |
    |-----------------------------|------------------------------|------------------|
    | of another, sampled trace   | `joins`                      | the current span |
    | anything else               | `parent` or the current span | none             |

    Where it has neither, a trace begins, which is sampled if it was `drawn`, or is now. Within a
    request none begins: whoever has a request id has been drawn for, and was not. "server" never
    goes on with the current span, which may be that of the request before it on its connection.
    """
    if _exported is None:
        return _NOTHING
    under_way = None if kind == "server" else current.get()
    caller, joined = Reference.read(parent), Reference.read(joins)
    here = under_way.reference if under_way else None
    links = []
    if joined and joined.sampled and not (here and here.trace == joined.trace):
        caller, links = joined, [here] if here and here.sampled else []
    came_from = caller or here
    begins = kind in ("server", "consumer") or request_id.get() is None
    if not (came_from.sampled if came_from else drawn or (begins and draws())):
        return NotSampled.of(came_from)
    remote = caller is not None
    said = attributes() if attributes else {}
    return Span(
        name, kind, came_from, _exported.export, remote=remote, links=links, attributes=said
    )


def draws() -> bool:
    """Whether a trace that begins now is sampled."""
    return random.random() < _ratio  # noqa: S311 - nobody gains by foreseeing it


def trace_headers() -> Mapping[str, str]:
    """What lets another process, or a later moment, go on with the current trace, or with its not
    being sampled; nothing where there is none."""
    under_way = current.get()
    if under_way is None and _exported is not None and request_id.get() is not None:
        under_way = NotSampled()
    return {HEADER: str(under_way.reference)} if under_way else {}


def add_event(name: str, attributes: Attributes) -> None:
    """To the current span."""
    if isinstance(under_way := current.get(), Span):
        under_way.add_event(name, attributes)


def update(
    *, name: str | None = None, attributes: Attributes | None = None, failed: bool = False
) -> None:
    """Say of the current span what was not known when it began."""
    if isinstance(under_way := current.get(), Span):
        under_way.update(name, attributes or {}, failed)


async def flush(timeout: float) -> None:
    """Export what waits, for so many seconds at most."""
    if _exported is None:
        return
    flushing = Thread(target=_exported.flush, daemon=True)
    flushing.start()
    deadline = time.monotonic() + timeout
    while flushing.is_alive() and time.monotonic() < deadline:
        await asyncio.sleep(0.02)


def trace_id() -> str | None:
    """The current trace's, as 32 hexadecimal digits."""
    under_way = current.get()
    return f"{under_way.reference.trace:032x}" if isinstance(under_way, Span) else None
