"""Spans, and what carries them elsewhere."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from common.tests.conftest import Note, news
from common.tests.tracing.conftest import Told
from ticketing_common.errors import VersionConflictError
from ticketing_common.events.message import Message
from ticketing_common.logs import configure_logs
from ticketing_common.settings import SettingsError
from ticketing_common.store import Store
from ticketing_common.tracing import spans


def attributes(told: dict[str, Any]) -> dict[str, str]:
    return {each["key"]: next(iter(each["value"].values())) for each in told.get("attributes", ())}


def test_nothing_is_loaded_where_nobody_asks() -> None:
    """Nor is anything carried, or said in logs."""
    code = (
        "import sys; from ticketing_common import lifecycle, service;"
        "from ticketing_common.tracing import spans; spans.configure('test', {});"
        "assert not spans.enabled() and not spans.trace_headers() and spans.trace_id() is None;"
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
    monkeypatch.setattr(spans, "_exported", None)

    spans.configure("test", environ)

    assert not spans.enabled()


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
    monkeypatch.setattr(spans, "_exported", None)

    spans.configure("test", environ)

    assert spans._exported is not None
    spans._exported.shutdown()


def test_an_exporter_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start says so, rather than to tell nobody."""
    monkeypatch.setattr(spans, "_exported", None)

    with pytest.raises(SettingsError, match="no exporter 'zipkin' is installed"):
        spans.configure("test", {"OTEL_TRACES_EXPORTER": "zipkin"})


def test_a_span_goes_on_in_another_process(told: Told) -> None:
    """By the header that is carried over; what failed says so."""
    with spans.span("ask", "client"):
        carried = spans.trace_headers()[spans.HEADER]
    with (
        pytest.raises(ValueError, match="no"),
        spans.span("answer", "server", parent=carried, attributes=lambda: {"why": "asked"}),
    ):
        raise ValueError("no")

    ask, answer = told()
    assert answer["traceId"] == ask["traceId"]
    assert answer["parentSpanId"] == ask["spanId"]
    assert answer["status"]["code"] == 2
    assert attributes(answer) == {"why": "asked"}


@pytest.mark.parametrize(
    "parent", ["garbage", "00-0-0-01", f"00-{'0' * 32}-{'7' * 16}-01", "é" * 70_000]
)
def test_what_is_no_header_is_no_parent(told: Told, parent: str) -> None:
    """Anybody may send anything."""
    with spans.span("answer", "server", parent=parent):
        pass

    (answer,) = told()
    assert not answer.get("parentSpanId")


def test_what_belongs_to_another_trace_joins_it(told: Told) -> None:
    """Whoever asked for it is linked, unless it is of that trace, too."""
    with spans.span("order"):
        order = spans.trace_headers()[spans.HEADER]
        with spans.span("charge in the same", joins=order):
            pass
    with spans.span("pay"), spans.span("charge", joins=order):
        pass

    same, first, charge, pay = told()
    assert same["traceId"] == charge["traceId"] == first["traceId"] != pay["traceId"]
    assert charge["parentSpanId"] == first["spanId"]
    assert [link["spanId"] for link in charge["links"]] == [pay["spanId"]]
    assert "links" not in same


async def test_an_event_carries_its_trace(told: Told, notes: Store[Note], note: Note) -> None:
    """In the headers that wait in the outbox with it; the span says what was saved, once it is."""
    with spans.span("list"):
        message = Message.of(news(note))
        await notes.save(note, news(note))
    with pytest.raises(VersionConflictError), spans.span("edit"):
        await notes.save(note.next(text="x").next(text="y"), news(note))

    listed, edited = told()
    assert listed["spanId"] in message.headers[spans.HEADER]
    assert attributes(listed["events"][0]) == {"messaging.message.id": message.id}
    assert "messaging.message.id" not in json.dumps(edited)
    assert spans.HEADER not in Message.of(news(note)).headers  # there is no span any more


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """What `configure_logs` does to the whole process is undone."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("restored_logging")
def test_log_lines_name_the_trace(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    """By which they are found from a trace, and it from them."""
    configure_logs("test", "INFO")
    with spans.span("order"):
        logging.getLogger("test").info("said")
    logging.getLogger("test").info("said later")

    (order,) = told()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("trace_id") for line in lines] == [order["traceId"], None]
