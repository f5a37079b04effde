"""A trace as a tree: whose doing each span was, when it began and how long it took."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ticketing_common.text import for_terminal
from ticketing_local.traces.otlp import Span

MILLISECOND = 1e6  # nanoseconds


def tree(spans: Sequence[Span]) -> Iterator[str]:
    """The lines of one trace. A span whose parent is not there, as that of a killed process, stands
    at the left."""
    known = {span.id for span in spans}
    children: dict[str, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: (span.start, span.id)):
        children[span.parent if span.parent in known else ""].append(span)
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    services = len({span.service for span in spans})
    yield (
        f"trace {spans[0].trace}: {len(spans)} spans of {services} services in"
        f" {(last - first) / MILLISECOND:.1f} ms"
    )
    yield f"{'begins':>10} {'takes':>9}"
    wide = max(len(span.service) for span in spans)
    for root in children[""]:
        yield from _lines(root, children, first, wide, "", "")


def _lines(
    span: Span, children: dict[str, list[Span]], first: int, wide: int, branch: str, below: str
) -> Iterator[str]:
    begins, takes = (span.start - first) / MILLISECOND, (span.end - span.start) / MILLISECOND
    said = for_terminal(_said(span))
    yield f"{begins:10.1f} {takes:9.1f} ms  {span.service:{wide}}  {branch}{said}"
    mine = children.get(span.id, [])
    for number, child in enumerate(mine, 1):
        last = number == len(mine)
        twig, on = ("└─ ", "   ") if last else ("├─ ", "│  ")
        yield from _lines(child, children, first, wide, below + twig, below + on)


def _said(span: Span) -> str:
    status = span.attributes.get("http.response.status_code")
    early = span.attributes.get("messaging.operation.name") == "process early"
    saved = [f"saves {id}" for id in span.saved]
    asked = [f"asked for in trace {trace}" for trace in span.links]
    parts = [status, "early" if early else None, "FAILED" if span.failed else None, *saved, *asked]
    said = ", ".join(part for part in parts if part)
    return f"{span.name}  {said}" if said else span.name
