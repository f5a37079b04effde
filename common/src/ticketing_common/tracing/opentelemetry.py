"""OpenTelemetry's SDK: the only module that knows it, imported only where spans are exported."""

from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import IO, cast

from opentelemetry.exporter.otlp.json.file.trace_exporter import FileSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from ticketing_common.tracing.context import Reference, Span
from ticketing_common.tracing.file import BoundedFile

GROUP = "opentelemetry_traces_exporter"
OTLP = "otlp_json_http"  # what `otlp` means here; the other encodings need protobuf

_SCOPE = InstrumentationScope("ticketing")
_KINDS = {kind.name.lower(): kind for kind in SpanKind}
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_WELL = Status()


class OpenTelemetry:
    """Exports the spans of one service. Each exporter has a queue of OTEL_BSP_MAX_QUEUE_SIZE spans
    (2,048), sent every OTEL_BSP_SCHEDULE_DELAY milliseconds (5,000; a crash loses these). What does
    not fit is dropped."""

    def __init__(self, service: str, exporters: Sequence[str], file: str | None) -> None:
        """`exporters` are entry points of the group `opentelemetry_traces_exporter`, and `file` is
        a path.

        Raises `ValueError` where an exporter is not installed, `OSError` of the file.
        """
        resource = Resource.create({"service.name": service})
        found = [_exporter(name) for name in exporters]
        if file:
            found.append(FileSpanExporter(stream=cast(IO[str], BoundedFile(file))))
        self._queues = [BatchSpanProcessor(Converting(each, resource)) for each in found]

    def export(self, span: Span) -> None:
        """One that has ended, later and in another thread."""
        for queue in self._queues:
            queue.on_end(Ended(span))

    def flush(self) -> None:
        for queue in self._queues:
            queue.force_flush()

    def shutdown(self) -> None:
        for queue in self._queues:
            queue.shutdown()  # type: ignore[no-untyped-call]


class Ended(ReadableSpan):
    """What waits in a queue of the SDK's, which asks for no more than whether it is sampled."""

    context = SpanContext(1, 1, False, _SAMPLED)

    def __init__(self, span: Span) -> None:
        self.span = span


class Converting(SpanExporter):
    """Makes the SDK's spans of ours as they leave, many at a time and in the queue's thread."""

    def __init__(self, exporter: SpanExporter, resource: Resource) -> None:
        self._exporter = exporter
        self._resource = resource

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        ended = (each.span for each in spans if isinstance(each, Ended))
        return self._exporter.export([self._converted(span) for span in ended])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def _converted(self, span: Span) -> ReadableSpan:
        return ReadableSpan(
            span.name,
            context=_context(span.reference),
            parent=_context(span.parent, span.remote) if span.parent else None,
            resource=self._resource,
            attributes=span.attributes,
            events=[Event(name, said, at) for name, at, said in span.events],
            links=[Link(_context(each)) for each in span.links],
            kind=_KINDS[span.kind],
            status=Status(StatusCode.ERROR, span.reason or None) if span.failed else _WELL,
            start_time=span.began,
            end_time=span.ended,
            instrumentation_scope=_SCOPE,
        )


def _context(reference: Reference, remote: bool = False) -> SpanContext:
    return SpanContext(reference.trace, reference.span, remote, _SAMPLED)


def _exporter(name: str) -> SpanExporter:
    found = next(iter(entry_points(group=GROUP, name=OTLP if name == "otlp" else name)), None)
    if found is None:
        raise ValueError(f"no exporter {name!r} is installed (OTEL_TRACES_EXPORTER)")
    exporter: SpanExporter = found.load()()
    return exporter
