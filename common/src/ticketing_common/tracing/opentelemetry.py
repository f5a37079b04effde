"""OpenTelemetry's SDK: the only module that knows it, imported only where spans are told."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import entry_points
from typing import IO, cast

from opentelemetry import trace
from opentelemetry.exporter.otlp.json.file.trace_exporter import FileSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ticketing_common.settings import SettingsError
from ticketing_common.tracing.file import BoundedFile

GROUP = "opentelemetry_traces_exporter"
OTLP = "otlp_json_http"  # what `otlp` means here; the other encodings need protobuf

_propagator = TraceContextTextMapPropagator()


class OpenTelemetry:
    """Spans of one service, handed in the background to exporters: at most 2,048 wait for them,
    what is more is dropped."""

    def __init__(self, service: str, exporters: Sequence[str], file: str | None) -> None:
        """`exporters` are entry points of the group `opentelemetry_traces_exporter`; `file` is a
        path. Raises `SettingsError`."""
        self.provider = TracerProvider(resource=Resource.create({"service.name": service}))
        for name in exporters:
            self.provider.add_span_processor(BatchSpanProcessor(_exporter(name)))
        if file:
            exporter = FileSpanExporter(stream=cast(IO[str], BoundedFile(file)))
            self.provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self.provider.get_tracer("ticketing")

    def span(
        self,
        name: str,
        kind: str,
        parent: str | None,
        joins: str | None,
        attributes: Mapping[str, str | int] | None,
    ) -> AbstractContextManager[Span]:
        links = []
        if joins:
            under_way, joined = trace.get_current_span().get_span_context(), _context_of(joins)
            if joined.trace_id != under_way.trace_id:
                parent, links = joins, [Link(under_way)]
        remote = trace.NonRecordingSpan(_context_of(parent)) if parent else None
        return self._tracer.start_as_current_span(
            name,
            context=trace.set_span_in_context(remote) if remote else None,
            kind=SpanKind[kind.upper()],
            links=links,
            attributes=attributes,
        )

    def carried(self) -> dict[str, str]:
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        return carrier

    def note(self, what: str, attributes: Mapping[str, str | int]) -> None:
        trace.get_current_span().add_event(what, attributes)

    def describe(self, name: str | None, attributes: Mapping[str, str | int], failed: bool) -> None:
        span = trace.get_current_span()
        if name:
            span.update_name(name)
        span.set_attributes(attributes)
        if failed:
            span.set_status(StatusCode.ERROR)

    def trace_id(self) -> str | None:
        context = trace.get_current_span().get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else None


def _context_of(traceparent: str) -> SpanContext:
    """Of a span of another process; of none where that is no `traceparent`."""
    context = _propagator.extract({"traceparent": traceparent})
    return trace.get_current_span(context).get_span_context()


def _exporter(name: str) -> SpanExporter:
    found = next(iter(entry_points(group=GROUP, name=OTLP if name == "otlp" else name)), None)
    if found is None:
        raise SettingsError(f"OTEL_TRACES_EXPORTER: no exporter {name!r} is installed")
    exporter: SpanExporter = found.load()()
    return exporter
