"""Spans, and what carries them elsewhere."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from common.tests.conftest import news
from common.tests.tracing.conftest import Told
from ticketing_common.events.message import Message
from ticketing_common.logs import configure_logs
from ticketing_common.settings import SettingsError
from ticketing_common.tracing import spans
from ticketing_common.tracing.file import BoundedFile


def attributes(told: dict[str, Any]) -> dict[str, str]:
    return {each["key"]: next(iter(each["value"].values())) for each in told.get("attributes", ())}


def test_nothing_is_loaded_where_nobody_asks() -> None:
    """Nor is anything carried, or said in logs."""
    code = (
        "import sys; from ticketing_common import lifecycle, service;"
        "from ticketing_common.tracing import spans; spans.start('test', {});"
        "assert not spans.are_told() and not spans.carried() and spans.trace_id() is None;"
        "print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x:4318", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_nobody_asks(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """By OpenTelemetry's own variables."""
    monkeypatch.setattr(spans, "_telling", None)

    spans.start("test", environ)

    assert not spans.are_told()


@pytest.mark.parametrize(
    "environ",
    [
        {"OTEL_TRACES_EXPORTER": "otlp"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"},
        {"OTEL_TRACES_EXPORTER": "otlp_json_file, otlp"},
    ],
)
def test_somebody_asks(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable is enough."""
    monkeypatch.setattr(spans, "_telling", None)

    spans.start("test", environ)

    assert spans._telling is not None
    spans._telling.provider.shutdown()


def test_an_exporter_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start says so, rather than to tell nobody."""
    monkeypatch.setattr(spans, "_telling", None)

    with pytest.raises(SettingsError, match="OTEL_TRACES_EXPORTER: no exporter 'zipkin'"):
        spans.start("test", {"OTEL_TRACES_EXPORTER": "zipkin"})


def test_a_span_goes_on_in_another_process(told: Told) -> None:
    """By the header that is carried over; what failed says so."""
    with spans.span("ask", "client"):
        carried = spans.carried()[spans.HEADER]
    with (
        pytest.raises(ValueError, match="no"),
        spans.span("answer", "server", parent=carried, attributes={"why": "asked"}),
    ):
        raise ValueError("no")

    ask, answer = told()
    assert answer["traceId"] == ask["traceId"]
    assert answer["parentSpanId"] == ask["spanId"]
    assert answer["status"]["code"] == 2
    assert attributes(answer) == {"why": "asked"}


@pytest.mark.parametrize("parent", ["garbage", "00-0-0-01", "é" * 70_000])
def test_what_is_no_header_is_no_parent(told: Told, parent: str) -> None:
    """Anybody may send anything."""
    with spans.span("answer", "server", parent=parent):
        pass

    (answer,) = told()
    assert not answer.get("parentSpanId")


def test_what_belongs_to_another_trace_joins_it(told: Told) -> None:
    """Whoever asked for it is linked, unless it is of that trace, too."""
    with spans.span("order"):
        order = spans.carried()[spans.HEADER]
        with spans.span("charge in the same", joins=order):
            pass
    with spans.span("pay"), spans.span("charge", joins=order):
        pass

    same, first, charge, pay = told()
    assert same["traceId"] == charge["traceId"] == first["traceId"] != pay["traceId"]
    assert charge["parentSpanId"] == first["spanId"]
    assert [link["spanId"] for link in charge["links"]] == [pay["spanId"]]
    assert "links" not in same


def test_an_event_carries_its_trace(told: Told, note: Any) -> None:
    """In the headers that wait in the outbox with it; the span says what was saved."""
    with spans.span("order"):
        message = Message.of(news(note))

    (order,) = told()
    assert order["spanId"] in message.headers[spans.HEADER]
    assert attributes(order["events"][0]) == {"messaging.message.id": message.id}
    assert spans.HEADER not in Message.of(news(note)).headers  # there is no span any more


def test_what_is_not_sampled_is_not_told_but_carried(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nobody after us decides anew."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0")
    file = tmp_path / "sampled.jsonl"
    spans.start("test", {"TRACES_FILE": str(file)})

    with spans.span("order"):
        carried = spans.carried()[spans.HEADER]
    with spans.span("go on", parent=carried[:-2] + "01"):
        pass

    assert carried.endswith(("-00", "-02"))
    assert [span["name"] for span in told_in(file)] == ["go on"]


def told_in(file: Path) -> list[dict[str, Any]]:
    assert spans._telling is not None
    spans._telling.provider.force_flush()
    lines = map(json.loads, file.read_text().splitlines())
    return [s for line in lines for r in line["resourceSpans"] for s in r["scopeSpans"][0]["spans"]]


def test_log_lines_name_the_trace(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    """By which they are found from a trace, and it from them."""
    configure_logs("test", "INFO")
    with spans.span("order"):
        logging.getLogger("test").info("said")
    logging.getLogger("test").info("said later")

    (order,) = told()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("trace_id") for line in lines] == [order["traceId"], None]


def test_a_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    """What it held is kept once more."""
    path = tmp_path / "traces.jsonl"
    file = BoundedFile(str(path), most=10)

    for number in range(5):
        file.write(f"line {number}\n")
        file.flush()
    file.close()

    assert path.read_text() == "line 4\n"
    assert (tmp_path / "traces.jsonl.1").read_text() == "line 2\nline 3\n"
