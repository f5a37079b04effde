"""Spans: what this process does for a request or a message, for how long, and on whose behalf.

They are told by OpenTelemetry to whoever its own variables name (see `start`). Where they name
nobody, nothing of it is loaded, and a span is nothing.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ticketing_common.tracing.opentelemetry import OpenTelemetry

HEADER = "traceparent"  # by which a trace goes on in another process (W3C Trace Context)

Kind = Literal["server", "client", "producer", "consumer", "internal"]
Attributes = Mapping[str, str | int]

_NOTHING: AbstractContextManager[None] = nullcontext()
_telling: "OpenTelemetry | None" = None


def start(service: str, environ: Mapping[str, str]) -> None:
    """Tell of spans from here on, if the environment names somebody to tell.

    OTEL_TRACES_EXPORTER=otlp or OTEL_EXPORTER_OTLP_ENDPOINT sends them, as JSON over HTTP, and
    TRACES_FILE appends them to a file. The other variables of OpenTelemetry's SDK mean what they
    mean everywhere, OTEL_TRACES_SAMPLER and OTEL_SDK_DISABLED among them. Raises `SettingsError`
    for an exporter that is not installed.
    """
    global _telling
    otlp = environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or environ.get(
        "OTEL_EXPORTER_OTLP_ENDPOINT"
    )
    names = environ.get("OTEL_TRACES_EXPORTER") or ("otlp" if otlp else "none")
    file = environ.get("TRACES_FILE")
    disabled = environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if disabled or (names == "none" and not file):
        return
    from ticketing_common.tracing.opentelemetry import OpenTelemetry

    exporters = [name.strip() for name in names.split(",") if name.strip() != "none"]
    _telling = OpenTelemetry(environ.get("OTEL_SERVICE_NAME") or service, exporters, file)


def are_told() -> bool:
    return _telling is not None


def span(
    name: str,
    kind: Kind = "internal",
    *,
    parent: str | None = None,
    joins: str | None = None,
    attributes: Attributes | None = None,
) -> AbstractContextManager[object]:
    """What is done inside of `with` it. An exception that leaves it is its failure.

    `parent` is the `traceparent` of a span in another process; without one, it is the span that is
    under way here, if any. `joins` is that of a span to which this belongs whoever asked for it: it
    is the parent, and what is under way here is linked, unless that is of the same trace already.
    """
    return _telling.span(name, kind, parent, joins, attributes) if _telling else _NOTHING


def carried() -> Mapping[str, str]:
    """The header that lets another process, or a later moment, go on with the span under way; none
    where there is none."""
    return _telling.carried() if _telling else {}


def note(what: str, attributes: Attributes) -> None:
    """Add an event to the span under way."""
    if _telling:
        _telling.note(what, attributes)


def describe(
    *, name: str | None = None, attributes: Attributes | None = None, failed: bool = False
) -> None:
    """Say of the span under way what was not known when it began."""
    if _telling:
        _telling.describe(name, attributes or {}, failed)


def trace_id() -> str | None:
    """The trace that is under way, as 32 hexadecimal digits."""
    return _telling.trace_id() if _telling else None
