"""Spans as services kept them: files of OTLP in JSON, one request of it a line."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MESSAGE = "messaging.message.id"


@dataclass(frozen=True, slots=True)
class Span:
    """`start` and `end` are nanoseconds since 1970, `parent` is empty at the root of a trace.
    `saved` are the ids of messages that were saved in it, `links` the traces it is linked to."""

    trace: str
    id: str
    parent: str
    service: str
    name: str
    start: int
    end: int
    failed: bool
    attributes: Mapping[str, str]
    saved: tuple[str, ...]
    links: tuple[str, ...]

    def is_about(self, order: str) -> bool:
        """Whether it saved, or handled, a message under the order's id."""
        messages = (*self.saved, self.attributes.get(MESSAGE, ""))
        return any(id.split("/")[1:2] == [order] for id in messages)


def traces_of(order: str, folder: Path) -> list[list[Span]]:
    """The traces in which a message of the order was saved or handled, the oldest first. The files
    are read twice, so that only these are held in memory."""
    wanted = {span.trace for span in read(folder) if span.is_about(order)}
    traces: dict[str, list[Span]] = {}
    for span in read(folder):
        if span.trace in wanted:
            traces.setdefault(span.trace, []).append(span)
    return sorted(traces.values(), key=lambda spans: min(span.start for span in spans))


def read(folder: Path) -> Iterator[Span]:
    """All that is kept there, once: a file may be renamed meanwhile. A line that is not whole yet,
    or any more, is left out."""
    seen: set[int] = set()
    for file in sorted(folder.glob("*.jsonl*")):
        for span in _read(file):
            if (key := int(span.id, 16)) not in seen:
                seen.add(key)
                yield span


def _read(file: Path) -> Iterator[Span]:
    with suppress(FileNotFoundError), file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            with suppress(ValueError, LookupError, TypeError, AttributeError):
                yield from list(_spans(json.loads(line)))


def _spans(told: Mapping[str, Any]) -> Iterator[Span]:
    for resource in told.get("resourceSpans", ()):
        service = _values(resource.get("resource", {})).get("service.name", "?")
        for scope in resource.get("scopeSpans", ()):
            for each in scope.get("spans", ()):
                yield _span(each, service)


def _span(told: Mapping[str, Any], service: str) -> Span:
    return Span(
        trace=told["traceId"],
        id=told["spanId"],
        parent=told.get("parentSpanId", ""),
        service=service,
        name=told["name"],
        start=int(told["startTimeUnixNano"]),
        end=int(told["endTimeUnixNano"]),
        failed=told.get("status", {}).get("code") in (2, "STATUS_CODE_ERROR"),
        attributes=_values(told),
        saved=tuple(id for each in told.get("events", ()) if (id := _values(each).get(MESSAGE))),
        links=tuple(each["traceId"] for each in told.get("links", ())),
    )


def _values(told: Mapping[str, Any]) -> dict[str, str]:
    return {
        each["key"]: str(next(iter(each["value"].values()), ""))
        for each in told.get("attributes", ())
    }
