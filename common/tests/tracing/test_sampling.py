"""Which traces are sampled."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from common.tests.tracing.conftest import Told, told_in
from ticketing_common.request_ids import request_id
from ticketing_common.settings import SettingsError
from ticketing_common.tracing import spans
from ticketing_common.tracing.context import Kind


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
        spans._exported.shutdown()


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


@pytest.mark.parametrize("kind", ["internal", "client"])
def test_nothing_begins_within_a_request(sampled: Callable[..., Told], kind: Kind) -> None:
    """Whether it is sampled was decided where it came in, at no cost to those that are not."""
    told = sampled("parentbased_always_on")
    token = request_id.set("1")

    with spans.span("charge", kind) as charge:
        carried = spans.trace_headers()[spans.HEADER]
    assert charge is None
    assert [header[-3:] for header in (carried, spans.trace_headers()[spans.HEADER])] == ["-00"] * 2
    request_id.reset(token)
    with spans.span("own work", kind):
        pass

    assert [span["name"] for span in told()] == ["own work"]


@pytest.mark.parametrize("kind", ["server", "consumer"])
def test_what_comes_in_with_an_id_alone_begins(sampled: Callable[..., Told], kind: Kind) -> None:
    """A message of a version that knew no traces, and an alarm, which carries none."""
    told = sampled("parentbased_always_on")
    token = request_id.set("1")

    with spans.span("process", kind):
        pass
    request_id.reset(token)

    assert [span["name"] for span in told()] == ["process"]


@pytest.mark.parametrize(
    ("sampler", "argument", "least", "most"),
    [
        ("", "", 200, 200),
        ("parentbased_traceidratio", "1.0", 200, 200),
        ("parentbased_traceidratio", "0.5", 60, 140),  # of 200, seven deviations to both sides
        ("parentbased_always_off", "", 0, 0),
        ("traceidratio", "0.5", 60, 140),  # all the same: see `ratio_of`
        ("always_off", "", 0, 0),
        ("ParentBased_ALWAYS_OFF", "", 0, 0),
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


@pytest.mark.parametrize(
    ("sampler", "argument"),
    [*(("parentbased_traceidratio", share) for share in ("2", "-1", "much", "nan")), ("mine", "")],
)
def test_no_sampler(sampled: Callable[..., Told], sampler: str, argument: str) -> None:
    """The start says so."""
    with pytest.raises(SettingsError):
        sampled(sampler, argument)
