"""Which traces are sampled."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from common.tests.tracing.conftest import Told, told_in
from ticketing_common.settings import SettingsError
from ticketing_common.tracing import spans


@pytest.fixture
def sampled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Told]]:
    """`sampled(sampler, argument)`: what is told by that sampler."""
    monkeypatch.setattr(spans, "_exported", None)

    def start(sampler: str, argument: str = "") -> Told:
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
        monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", argument)
        file = tmp_path / "sampled.jsonl"
        spans.configure("test", {**os.environ, "TRACES_FILE": str(file)})
        return lambda: told_in(file)

    yield start
    if spans._exported:
        spans._exported.provider.shutdown()


SAMPLED, NOT_SAMPLED = (f"00-{'4' * 32}-{'7' * 16}-0{flag}" for flag in (1, 0))


def test_what_is_not_sampled_is_not_told_but_carried(sampled: Callable[..., Told]) -> None:
    """So that nobody after us decides anew."""
    told = sampled("parentbased_traceidratio", "0")

    with spans.span("order") as order, spans.span("ask"):
        carried = dict(spans.trace_headers())
        assert carried == spans.trace_headers()  # one trace, however often it is asked for
        spans.add_event("saved", {"messaging.message.id": "1"})
        assert spans.trace_id() is None
    with spans.span("go on", parent=SAMPLED):
        pass
    with spans.span("go on without", parent=NOT_SAMPLED):
        assert spans.trace_headers() == {spans.HEADER: NOT_SAMPLED}

    assert order is None
    assert carried[spans.HEADER].endswith("-00")
    assert not spans.trace_headers()
    assert [span["name"] for span in told()] == ["go on"]


def test_what_joins_a_trace_that_is_told(sampled: Callable[..., Told]) -> None:
    """It is told, though who asked for it is not; and what is not told is joined by nothing."""
    told = sampled("parentbased_traceidratio", "0")
    with spans.span("pay"):
        with spans.span("charge", joins=SAMPLED):
            within = spans.trace_headers()[spans.HEADER]
        with spans.span("charge of another", joins=NOT_SAMPLED):
            assert spans.trace_headers()[spans.HEADER] != NOT_SAMPLED

    (charge,) = told()
    assert (charge["name"], charge["traceId"]) == ("charge", "4" * 32)
    assert charge["spanId"] in within


@pytest.mark.parametrize(
    ("sampler", "argument", "least", "most"),
    [
        ("", "", 200, 200),
        ("parentbased_traceidratio", "1.0", 200, 200),
        ("parentbased_traceidratio", "0.5", 60, 140),  # of 200, seven deviations to both sides
        ("parentbased_always_off", "", 0, 0),
        ("traceidratio", "0.5", 60, 140),  # which the SDK decides
        ("always_off", "", 0, 0),
    ],
)
def test_a_share_of_traces(
    sampled: Callable[..., Told], sampler: str, argument: str, least: int, most: int
) -> None:
    """As OpenTelemetry's samplers are called."""
    told = sampled(sampler, argument)

    for _ in range(200):
        with spans.span("order"):
            pass

    assert least <= len(told()) <= most


@pytest.mark.parametrize("argument", ["2", "-1", "much", "nan"])
def test_a_share_that_is_none(sampled: Callable[..., Told], argument: str) -> None:
    """The start says so."""
    with pytest.raises(SettingsError):
        sampled("parentbased_traceidratio", argument)
