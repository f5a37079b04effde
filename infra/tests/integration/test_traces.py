"""`make run OBSERVE=1`: one purchase is one trace, and figures are kept."""

import shutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from infra.tests.integration.reports import ticketing
from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack, running_stack, until
from ticketing_local.services import SERVICES
from ticketing_local.traces.otlp import Span, read, traces_of

Trace = list[Span]

LATE = 0.1e9  # nanoseconds: what one process' clock, and the end of a span, may be off


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("observed"), OBSERVE="1") as running:
        yield running


@pytest.fixture
def seller(observed: Stack) -> Visitor:
    return Visitor.sign_up(observed)


@pytest.fixture
def buyer(observed: Stack) -> Visitor:
    return Visitor.sign_up(observed)


def click_order(buyer: Visitor, ticket: str) -> str:
    """By the page's form, as a browser does; the order's id."""
    answer = buyer.http.post("/orders", data={"ticketId": ticket})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rsplit("/", 1)[1]


def click_pay(buyer: Visitor, order: str) -> None:
    answer = buyer.http.post(f"/orders/{order}/pay", data={"token": "tok_visa"})
    assert answer.status_code == 303, answer.text


def hops(trace: Trace) -> set[tuple[str, str, str]]:
    """Of each span: its parent and itself, both as `service: name`, and the events it saved."""
    by_id = {span.id: span for span in trace}
    return {(_name(by_id.get(span.parent)), _name(span), _saved(span)) for span in trace}


def _name(span: Span | None) -> str:
    return f"{span.service}: {span.name}" if span else ""


def _saved(span: Span) -> str:
    return ", ".join(id.split("/")[0] for id in span.saved)


CLICK, CALL, ORDER = "client: POST /orders", "client: POST the API", "orders: POST /api/orders"
CREATED, PAID = "process order:created", "process payment:created"

PURCHASE = {
    ("", CLICK, ""),  # the click
    (CLICK, CALL, ""),
    (CALL, ORDER, "order:created"),
    (ORDER, f"tickets: {CREATED}", "ticket:updated"),  # the reservation
    (f"tickets: {CREATED}", "orders: process ticket:updated", ""),
    (ORDER, f"expiration: {CREATED}", ""),
    (ORDER, f"payments: {CREATED}", ""),
    (f"payments: {CREATED}", "payments: charge", "payment:created"),
    ("payments: charge", "payments: Stripe: post /v1/payment_intents", ""),
    ("payments: charge", "payments: Stripe: post /v1/payment_intents/{id}/confirm", ""),
    ("payments: charge", f"orders: {PAID}", ""),  # the completion
    ("payments: charge", f"tickets: {PAID}", ""),
}


def the_trace(stack: Stack, order: str, wanted: set[tuple[str, str, str]]) -> Trace:
    """The only one of the order's, once all that is wanted is told."""

    def told() -> bool:
        return any(wanted <= hops(trace) for trace in traces_of(order, stack.data / "traces"))

    try:
        until(told, 60)
    except TimeoutError:
        missing = [wanted - hops(trace) for trace in traces_of(order, stack.data / "traces")]
        pytest.fail(f"not told: {missing}")
    (trace,) = traces_of(order, stack.data / "traces")
    return trace


def assert_nested(trace: Trace) -> None:
    """None begins before its parent; who is waited for ends before who waits."""
    by_id = {span.id: span for span in trace}
    for span in trace:
        assert span.start <= span.end
        if parent := by_id.get(span.parent):
            assert span.start >= parent.start - LATE, (parent, span)
            if not span.name.startswith("process") and span.name != "charge":
                assert span.end <= parent.end + LATE, (parent, span)


def test_a_purchase_is_one_trace(observed: Stack, seller: Visitor, buyer: Visitor) -> None:
    """From the click to the finished order; the second click, which asked for the payment, is
    linked."""
    order = click_order(buyer, seller.sell("Traced"))
    click_pay(buyer, order)
    buyer.await_status(order, "complete")

    trace = the_trace(observed, order, PURCHASE)

    assert_nested(trace)
    assert not any(span.failed for span in trace)
    (charge,) = [span for span in trace if span.name == "charge"]

    def asked() -> set[str]:
        spans = read(observed.data / "traces")
        return {span.name for span in spans if span.trace in charge.links}

    until(lambda: {"POST /orders/{id}/pay", "POST the API", "POST /api/payments"} <= asked())


@pytest.mark.parametrize("killed", ["payments", "orders"])
def test_the_trace_goes_on_where_a_service_was_killed(
    observed: Stack, seller: Visitor, buyer: Visitor, killed: str
) -> None:
    """What was known of it is stored with the order, and waits in the outbox."""
    order = click_order(buyer, seller.sell("Killed in between"))
    reserved = {hop for hop in PURCHASE if "charge" not in hop[0] + hop[1]}
    the_trace(observed, order, reserved)
    observed.kill(killed)
    observed.await_ready()
    click_pay(buyer, order)
    buyer.await_status(order, "complete")

    assert_nested(the_trace(observed, order, PURCHASE))


def test_a_visitor_names_no_trace(observed: Stack, seller: Visitor) -> None:
    """Theirs could have all they do sampled, or hide it: the trace is another one."""
    said = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
    answer = seller.http.get("/api/tickets/mine", headers={"traceparent": said})
    assert answer.status_code == 200

    def told() -> list[Span]:
        return [s for s in read(observed.data / "traces") if s.name == "GET /api/tickets/mine"]

    until(lambda: bool(told()))
    assert [span.parent for span in told()] == [""]


def test_drawn_on_the_terminal(observed: Stack, seller: Visitor, buyer: Visitor) -> None:
    """`ticketing trace ORDER`, and a log line of the same trace."""
    order = click_order(buyer, seller.sell("Drawn"))
    trace = the_trace(observed, order, set())

    def drawn() -> str:
        return ticketing(observed, "trace", order).stdout

    until(lambda: "└─ process" in drawn())
    assert drawn().startswith(f"trace {trace[0].trace}: ")
    assert "POST /api/orders  201, saves order:created/" in drawn()
    assert ticketing(observed, "trace", "f" * 24).returncode == 1


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="Prometheus is not installed")
def test_figures_are_kept(observed: Stack, seller: Visitor) -> None:
    """Prometheus hears every service, and has the rules of the alerts."""
    seller.sell("Counted")
    url = observed.url_of("prometheus")

    def ask(path: str, **query: str) -> Any:
        return httpx.get(f"{url}/api/v1/{path}", params=query).json()["data"]

    def listed() -> bool:
        query = 'ticketing_http_requests_total{job="tickets", method="POST", status="201"} > 0'
        return bool(ask("query", query=query)["result"])

    def all_up() -> bool:
        found = ask("query", query="up")["result"]
        return {each["metric"]["job"]: each["value"][1] for each in found} == dict.fromkeys(
            SERVICES, "1"
        )

    until(listed)
    until(all_up)
    assert ask("rules")["groups"]
