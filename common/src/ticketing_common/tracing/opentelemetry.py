"""OpenTelemetry's SDK: the only module that knows it, imported only where spans are exported."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import entry_points
from typing import IO, cast

from opentelemetry import trace
from opentelemetry.exporter.otlp.json.file.trace_exporter import FileSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import DEFAULT_ON
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ticketing_common.tracing.file import BoundedFile
from ticketing_common.tracing.sampling import NotSampled, draw, not_sampled, sampled_by

GROUP = "opentelemetry_traces_exporter"
OTLP = "otlp_json_http"  # what `otlp` means here; the other encodings need protobuf
LONGEST = 1000  # characters of an attribute, an exception's message among them

Attributes = Mapping[str, str | int]

_propagator = TraceContextTextMapPropagator()


class OpenTelemetry:
    """Spans of one service. Each exporter has a queue of OTEL_BSP_MAX_QUEUE_SIZE spans (2,048),
    sent every OTEL_BSP_SCHEDULE_DELAY milliseconds (5,000; a crash loses these). What does not fit
    is dropped."""

    def __init__(
        self, service: str, exporters: Sequence[str], file: str | None, ratio: float | None
    ) -> None:
        """`exporters` are entry points of the group `opentelemetry_traces_exporter`, `file` is a
        path, and `ratio` what `sampling.ratio_of` says.

        Raises `ValueError` where an exporter is not installed, `OSError` of the file.
        """
        self.provider = TracerProvider(
            sampler=None if ratio is None else DEFAULT_ON,  # None: as its own variables say
            resource=Resource.create({"service.name": service}),
            span_limits=SpanLimits(max_attribute_length=LONGEST),
            shutdown_on_exit=False,  # which has no bound: see `flush`
        )
        for name in exporters:
            self.provider.add_span_processor(BatchSpanProcessor(_exporter(name)))
        if file:
            exporter = FileSpanExporter(stream=cast(IO[str], BoundedFile(file)))
            self.provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self.provider.get_tracer("ticketing")
        self.ratio = ratio

    def span(
        self,
        name: str,
        kind: str,
        parent: str | None,
        joins: str | None,
        attributes: Callable[[], Attributes] | None,
    ) -> AbstractContextManager[Span | None]:
        begins = kind == "server" and parent is None  # `passes` was asked about it
        under_way = trace.get_current_span().get_span_context()
        links = []
        if joins and sampled_by(joins) and _context_of(joins).trace_id != under_way.trace_id:
            parent, links = joins, [Link(under_way)] if under_way.is_valid else []
        if not begins and self.ratio is not None and not self._is_sampled(parent, under_way):
            return NotSampled.of(parent if parent and sampled_by(parent) is not None else None)
        remote = trace.NonRecordingSpan(_context_of(parent)) if parent else None
        span = self._tracer.start_as_current_span(
            name,
            context=trace.set_span_in_context(remote) if remote else None,
            kind=SpanKind[kind.upper()],
            links=links,
            attributes=attributes() if attributes else None,
        )
        return _sampled_after_all(span) if not_sampled.get() else span

    def trace_headers(self) -> dict[str, str]:
        carrier: dict[str, str] = {}
        if passed := not_sampled.get():
            carrier["traceparent"] = passed.header
        else:
            _propagator.inject(carrier)
        return carrier

    def add_event(self, name: str, attributes: Attributes) -> None:
        if not not_sampled.get():
            trace.get_current_span().add_event(name, attributes)

    def update(self, name: str | None, attributes: Attributes, failed: bool) -> None:
        if not_sampled.get():
            return
        span = trace.get_current_span()
        if name:
            span.update_name(name)
        span.set_attributes(attributes)
        if failed:
            span.set_status(StatusCode.ERROR)

    def flush(self) -> None:
        self.provider.force_flush()

    def trace_id(self) -> str | None:
        context = trace.get_current_span().get_span_context()
        sampled = context.is_valid and not not_sampled.get()
        return trace.format_trace_id(context.trace_id) if sampled else None

    def _is_sampled(self, parent: str | None, under_way: SpanContext) -> bool:
        """As its parent is; where it has none, by chance."""
        if parent and (sampled := sampled_by(parent)) is not None:
            return sampled
        if not_sampled.get():
            return False
        return under_way.is_valid or draw(self.ratio or 0)


@contextmanager
def _sampled_after_all(span: AbstractContextManager[Span]) -> Iterator[Span]:
    """What is under way is not, and this is of another trace."""
    token = not_sampled.set(None)
    try:
        with span as sampled:
            yield sampled
    finally:
        not_sampled.reset(token)


def _context_of(traceparent: str) -> SpanContext:
    """What a `traceparent` names; an invalid one where it can't be parsed."""
    context = _propagator.extract({"traceparent": traceparent})
    return trace.get_current_span(context).get_span_context()


def _exporter(name: str) -> SpanExporter:
    found = next(iter(entry_points(group=GROUP, name=OTLP if name == "otlp" else name)), None)
    if found is None:
        raise ValueError(f"no exporter {name!r} is installed (OTEL_TRACES_EXPORTER)")
    exporter: SpanExporter = found.load()()
    return exporter
