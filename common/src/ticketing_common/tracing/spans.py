"""Spans: what this process does for a request or a message, for how long, and on whose behalf.

They are exported by OpenTelemetry as its variables ask (see `configure`). Where they ask for
nothing, its SDK is not imported, and every function here does nothing.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from threading import Thread
from typing import TYPE_CHECKING, Literal

from ticketing_common.settings import SettingsError
from ticketing_common.tracing.sampling import NotSampled, draw, not_sampled, ratio_of

if TYPE_CHECKING:
    from ticketing_common.tracing.opentelemetry import OpenTelemetry

HEADER = "traceparent"  # by which a trace goes on in another process (W3C Trace Context)

Kind = Literal["server", "client", "consumer", "internal"]
Attributes = Mapping[str, str | int]

_NOTHING: AbstractContextManager[None] = nullcontext()

# One for the process, as OpenTelemetry's current span is: what a handler calls has no argument for
# it.
_exported: "OpenTelemetry | None" = None


def configure(service: str, environ: Mapping[str, str]) -> None:
    """Export spans from here on, if the environment asks for it.

    OTEL_TRACES_EXPORTER names exporters, separated by commas (`none`: no exporter; `otlp`: JSON
    over HTTP, whatever OTEL_EXPORTER_OTLP_PROTOCOL says); without it OTEL_EXPORTER_OTLP_ENDPOINT,
    or that of traces alone, means `otlp`. TRACES_FILE is the path of a file that spans are appended
    to as well. The SDK reads its own variables (OTEL_TRACES_SAMPLER, OTEL_BSP_*, ...); traces are
    carried by `traceparent` alone, whatever OTEL_PROPAGATORS says.

    Raises `SettingsError` for an exporter that is not installed, a file that can't be written and
    a ratio that is none.
    """
    global _exported
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

        _exported = OpenTelemetry(name, exporters, file, ratio_of(environ))
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
) -> AbstractContextManager[object]:
    """What is done inside of `with` it, which gives None where it is not sampled. An `Exception`
    that leaves the block marks it as failed; a cancellation does not.

    `parent` is the `traceparent` of a span in another process. `joins` is one that was stored, of a
    trace to which this belongs whoever asks for it:

    | `joins`                     | parent                       | link             |
    |-----------------------------|------------------------------|------------------|
    | of another, sampled trace   | `joins`                      | the current span |
    | anything else               | `parent` or the current span | none             |
    """
    return _exported.span(name, kind, parent, joins, attributes) if _exported else _NOTHING


def passes() -> bool:
    """Whether a trace that would begin with this request is not sampled; then nothing is from here
    on in this task. To be asked before the `span` of kind `server` of one without a parent.

    Nearly all are not, so this takes one microsecond where a span that is not sampled takes five.
    What it sets is never set back: a server runs each request as a task, whose context is its own.
    """
    if _exported is None or _exported.ratio is None or draw(_exported.ratio):
        return False
    not_sampled.set(NotSampled())
    return True


def trace_headers() -> Mapping[str, str]:
    """What lets another process, or a later moment, go on with the current trace; nothing where
    there is none."""
    return _exported.trace_headers() if _exported else {}


def add_event(name: str, attributes: Attributes) -> None:
    """To the current span."""
    if _exported:
        _exported.add_event(name, attributes)


def update(
    *, name: str | None = None, attributes: Attributes | None = None, failed: bool = False
) -> None:
    """Say of the current span what was not known when it began."""
    if _exported:
        _exported.update(name, attributes or {}, failed)


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
    return _exported.trace_id() if _exported else None
