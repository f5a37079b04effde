"""Spans as services kept them: files of OTLP in JSON, one request of it a line."""

import json
from collections.abc import Iterator, Mapping
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


def read(folder: Path) -> Iterator[Span]:
    """All that is kept there. A line that is not whole yet, or any more, is left out."""
    for file in sorted(folder.glob("*.jsonl*")):
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    told = json.loads(line)
                except json.JSONDecodeError:
                    continue
                yield from _spans(told)


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
