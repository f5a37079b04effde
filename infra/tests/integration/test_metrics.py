"""What a scraper reads of the running marketplace."""

import json
from contextlib import suppress

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from infra.tests import alerts, dashboards
from infra.tests.asked import Asked
from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack, until
from ticketing_local.services import SERVICES

PROCESS = {
    "process_cpu_seconds",
    "python_gc_collections",
    "ticketing_event_loop_lag_seconds",
    "ticketing_http_requests",
    "ticketing_http_request_duration_seconds",
    "ticketing_source_up",
}
STREAM = {
    "ticketing_consumer_pending",
    "ticketing_consumer_unacknowledged",
    "ticketing_consumer_redelivered",
    "ticketing_consumer_lag_seconds",
    "ticketing_dead_letters",
}
STORE = {
    "ticketing_store_batches", "ticketing_store_batch_items", "ticketing_waits_for_news",
}  # fmt: skip
OUTBOX = {"ticketing_outbox_documents", "ticketing_outbox_age_seconds"}
LIMITS = {"ticketing_rate_limited"}
EXPECTED = {
    "auth": PROCESS | STORE | LIMITS | {"ticketing_passwords", "ticketing_passwords_refused"},
    "tickets": PROCESS | STORE | LIMITS | STREAM | OUTBOX,
    "orders": PROCESS | STORE | LIMITS | STREAM | OUTBOX | {
        "ticketing_orders", "ticketing_orders_overdue", "ticketing_orders_past_deadline_seconds",
    },
    "payments": PROCESS | STORE | LIMITS | STREAM | OUTBOX | {
        "ticketing_payment_outcomes", "ticketing_payments_undecided", "ticketing_refunds_due",
        "ticketing_refund_due_age_seconds", "ticketing_stripe_call_duration_seconds",
        "ticketing_open_cases",
    },
    "expiration": PROCESS | STREAM | {
        "ticketing_expiration_jobs", "ticketing_expiration_lateness_seconds",
    },
    "client": PROCESS,
}  # fmt: skip

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(stack: Stack, service: str) -> tuple[set[str], Figures]:
    """The families, and each sample by its name and labels."""
    ports = json.loads((stack.data / "ports.json").read_text())
    page = httpx.get(f"http://127.0.0.1:{ports[f'{service}-metrics']}/metrics", timeout=30)
    assert page.status_code == 200
    families = list(text_string_to_metric_families(page.text))
    found = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }
    return {family.name for family in families if family.samples}, found


def of(figures: Figures, name: str, **labels: str) -> float:
    return figures.get((name, frozenset(labels.items())), 0.0)


def test_a_purchase_is_in_the_figures(stack: Stack, seller: Visitor, buyer: Visitor) -> None:
    """All of them are there, every source could be read, and no id is a label."""
    order = buyer.order(seller.sell())
    assert buyer.try_to_order("0" * 24).status_code == 404
    buyer.pay(order)
    buyer.await_status(order, "complete")

    def missing() -> dict[str, set[str]]:
        return {service: EXPECTED[service] - scraped(stack, service)[0] for service in SERVICES}

    until(lambda: not any(missing().values()), 30)
    for service in SERVICES:
        _, figures = scraped(stack, service)
        assert not [labels for name, labels in figures if order in str(labels)]
        up = {labels: up for (name, labels), up in figures.items() if name == "ticketing_source_up"}
        assert set(up.values()) == {1.0}, (service, up)
    _, orders = scraped(stack, "orders")
    route = {"route": "/api/orders", "method": "POST"}
    assert of(orders, "ticketing_http_requests_total", **route, status="201") >= 1
    assert of(orders, "ticketing_http_requests_total", **route, status="404") >= 1
    _, payments = scraped(stack, "payments")
    outcome = {"outcome": "succeeded", "by": "request"}
    assert of(payments, "ticketing_payment_outcomes_total", **outcome) >= 1
    call = {"call": "post /v1/payment_intents/{id}/confirm", "outcome": "done"}
    assert of(payments, "ticketing_stripe_call_duration_seconds_count", **call) >= 1
    _, tickets = scraped(stack, "tickets")
    insert = {"collection": "tickets", "kind": "insert"}
    assert of(tickets, "ticketing_store_batch_items_total", **insert) >= 1


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(alerts.of_ours(), id="alerts"),
        pytest.param(dashboards.of_services(), id="dashboards"),
    ],
)
def test_what_is_asked_for_is_there(
    stack: Stack, seller: Visitor, buyer: Visitor, wanted: set[Asked]
) -> None:
    """Each name and label: one that is misspelt would never wake anybody, nor draw a line."""
    buyer.pay(buyer.order(seller.sell()))

    def unknown() -> list[str]:
        told = [labels_of(sample) for name in SERVICES for sample in scraped(stack, name)[1]]
        return [
            f"{name} by {sorted(labels)}"
            for name, labels in wanted
            if not any(name == known and labels <= having for known, having in told)
        ]

    with suppress(TimeoutError):  # it says no names
        until(lambda: not unknown(), 30)
    assert not unknown()


def labels_of(sample: tuple[str, frozenset[tuple[str, str]]]) -> tuple[str, set[str]]:
    name, labels = sample
    return name, {label for label, _ in labels}


def test_no_edge_leads_to_the_figures(stack: Stack) -> None:
    """Neither the site nor a service's own port knows them."""
    assert httpx.get(f"{stack.url}/metrics").status_code == 404
    assert httpx.get(f"{stack.url_of('orders')}/metrics").status_code == 404


def test_the_figures_of_a_store_that_is_away_are_left_out(stack: Stack) -> None:
    """The scraper still gets the others, in time."""
    with stack.frozen("orders-mongo"):

        def named() -> bool:
            _, figures = scraped(stack, "orders")
            away = of(figures, "ticketing_source_up", source="outboxes") == 0
            return away and of(figures, "ticketing_source_up", source="requests") == 1

        until(named, 30)
    stack.await_ready()
