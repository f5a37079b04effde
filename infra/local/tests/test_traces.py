"""Traces as they are kept and drawn."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from ticketing_local.traces import command
from ticketing_local.traces.otlp import read

ORDER = "6b0c2bcc24bf89242df65091"
MS = 1_000_000


def span(id: str, name: str, start: float, end: float, **more: Any) -> dict[str, Any]:
    times = {"startTimeUnixNano": str(int(start * MS)), "endTimeUnixNano": str(int(end * MS))}
    return {"traceId": "a" * 32, "spanId": id, "name": name, **times, **more}


def values(**attributes: str) -> list[dict[str, Any]]:
    """`http__route` is `http.route`."""
    return [
        {"key": key.replace("__", "."), "value": {"stringValue": value}}
        for key, value in attributes.items()
    ]


def kept(folder: Path, service: str, *spans: dict[str, Any]) -> None:
    """As a service's exporter writes it."""
    told = {
        "resourceSpans": [
            {
                "resource": {"attributes": values(service__name=service)},
                "scopeSpans": [{"spans": list(spans)}],
            }
        ]
    }
    folder.mkdir(exist_ok=True)
    with (folder / f"{service}.jsonl").open("a") as file:
        file.write(json.dumps(told) + "\n")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A purchase of which one span was never told: its process was killed."""
    traces = tmp_path / "traces"
    saved = [{"attributes": values(messaging__message__id=f"order:created/{ORDER}/0")}]
    kept(
        traces,
        "orders",
        span(
            "1",
            "POST /api/orders",
            0,
            8.25,
            events=saved,
            attributes=values(http__response__status_code="201"),
        ),
        span("5", "process payment:created", 40, 41, parentSpanId="lost", status={"code": 2}),
    )
    kept(
        traces,
        "tickets",
        span("3", "process ticket:updated", 12, 13, parentSpanId="2"),
        span("2", "process order:created", 10, 12, parentSpanId="1"),
    )
    kept(traces, "expiration", span("4", "process order:created", 9, 9.5, parentSpanId="1"))
    return tmp_path


def show(data: Path, order: str) -> int:
    return command.show(argparse.Namespace(data=str(data), order=order))


def test_drawn(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each under the span it was done for, in the order in which they began."""
    assert show(data, ORDER) == 0

    said = capsys.readouterr().out
    assert said.splitlines() == [
        f"trace {'a' * 32}: 5 spans of 3 services in 41.0 ms",
        "    begins     takes",
        "       0.0       8.2 ms  orders      POST /api/orders  201,"
        f" saves order:created/{ORDER}/0",
        "       9.0       0.5 ms  expiration  ├─ process order:created",
        "      10.0       2.0 ms  tickets     └─ process order:created",
        "      12.0       1.0 ms  tickets        └─ process ticket:updated",
        "      40.0       1.0 ms  orders      process payment:created  FAILED",
    ]


def test_there_is_none(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of that order; or nothing was ever kept."""
    assert show(data, "f" * 24) == 1
    assert show(data / "elsewhere", ORDER) == 1
    assert "OBSERVE=1" in capsys.readouterr().out


def test_half_a_line_is_left_out(data: Path) -> None:
    """Its writer was killed, or is still at it."""
    with (data / "traces" / "orders.jsonl").open("a") as file:
        file.write('{"resourceSpans": [{"reso')

    assert len(list(read(data / "traces"))) == 5
