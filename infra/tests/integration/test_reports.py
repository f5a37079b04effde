"""`ticketing order` and `ticketing status`: by one command, and part by part as in a cluster."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nats
import pytest

from infra.tests.integration.reports import TICKETING, in_cluster, lines, script, ticketing
from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack, running_stack, until


@pytest.fixture(scope="module")
def unhurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One of its own: none of its orders expires, however busy the machine is."""
    with running_stack(tmp_path_factory.mktemp("unhurried")) as running:
        yield running


@pytest.fixture
def seller(unhurried: Stack) -> Visitor:
    return Visitor.sign_up(unhurried)


@pytest.fixture
def buyer(unhurried: Stack) -> Visitor:
    return Visitor.sign_up(unhurried)


def request(stack: Stack, subject: str, said: object) -> None:
    """As the operator of its NATS."""

    async def ask() -> None:
        client = await nats.connect(stack.nats_url, inbox_prefix="_INBOX.operator")
        answer = json.loads((await client.request(subject, json.dumps(said).encode())).data)
        assert "error" not in answer, answer
        await client.close()

    asyncio.run(ask())


def pause(stack: Stack, durable: str, until: str) -> None:
    """Let a consumer hand nothing out until then; with a moment that is past, go on."""
    request(stack, f"$JS.API.CONSUMER.PAUSE.ticketing.{durable}", {"pause_until": until})


def happened(report: str) -> list[str]:
    """What it says has happened, in its order, without the moments."""
    chronicle = report.partition("What happened")[2].partition("\n\n")[0]
    return [line[27:] for line in chronicle.splitlines()[1:]]


def address_of(person: Visitor) -> str:
    return str(person.get("/api/users/currentuser")["currentUser"]["email"])


def test_a_paid_order_s_life(unhurried: Stack, seller: Visitor, buyer: Visitor) -> None:
    """Who, what, each event with its number and lag, Stripe's steps, and nobody left at it but the
    job that will find nothing to do."""
    ticket = seller.sell("Told at three", 19.99)
    order = buyer.order(ticket)
    buyer.await_status(order, "awaiting:payment")
    assert buyer.try_to_pay(order, "tok_chargeDeclined").status_code == 400
    payment = buyer.pay(order)
    buyer.await_status(order, "complete")

    done = ticketing(unhurried, "order", order)

    assert (done.returncode, done.stderr) == (0, "")
    names = ["order:created", "ticket:updated", "payment:created"]
    told = [step for step in happened(done.stdout) if step.startswith("stream")]
    assert [step.split()[1].split("/")[0] for step in told] == names
    assert f"payment:created/{payment}/0, number " in told[2]
    assert all(step.endswith(" ms after it was stored") for step in told)
    tried = [step for step in happened(done.stdout) if "card tried" in step]
    assert [("failed: Your card was declined." in step) for step in tried] == [True, False]
    assert lines(done.stdout, "complete, version 2")
    assert lines(done.stdout, "Told at three, $19.99", ticket, "under number 1")
    for person in (seller, buyer):
        assert lines(done.stdout, address_of(person), person.id)
    assert lines(done.stdout, "charged: charged to its buyer")
    assert lines(done.stdout, "attempts", "2, 1 of them declined")
    outstanding = done.stdout.partition("Outstanding\n")[2].strip().splitlines()
    assert len(outstanding) == 1
    assert "expiration: it looks at the order at" in outstanding[0]


def test_who_is_at_what_is_outstanding(unhurried: Stack, seller: Visitor, buyer: Visitor) -> None:
    """The buyer who has yet to pay; then a service that has yet to hear of the end."""
    order = buyer.order(seller.sell())
    buyer.await_status(order, "awaiting:payment")
    waiting = ticketing(unhurried, "order", order).stdout
    pause(unhurried, "payments-service_order-cancelled", "2100-01-01T00:00:00Z")
    buyer.http.delete(f"/api/orders/{order}").raise_for_status()

    def unheard() -> list[str]:
        report = ticketing(unhurried, "order", order).stdout
        return lines(report, "payments has to hear number", "order:cancelled")

    try:
        until(lambda: bool(unheard()), 120)
    finally:
        pause(unhurried, "payments-service_order-cancelled", "2000-01-01T00:00:00Z")

    assert lines(waiting, "orders: its buyer has to pay, until")
    until(lambda: not unheard(), 120)


def test_a_dead_letter_of_an_order_is_shown(
    unhurried: Stack, seller: Visitor, buyer: Visitor
) -> None:
    """By both commands, and whoever asks by a script notices."""
    order = buyer.order(seller.sell())
    buyer.await_status(order, "awaiting:payment")
    request(unhurried, "payment:created", {"orderId": order, "id": "no id", "stripeId": ""})

    def dead() -> list[str]:
        return lines(ticketing(unhurried, "order", order).stdout, "dead letter", "payment-created")

    until(lambda: bool(dead()), 60)
    status = ticketing(unhurried, "status")
    assert status.returncode == 1
    assert lines(status.stdout, "stream:", "dead letters of orders-service")
    letters = [TICKETING, "dead-letters", "drop", "--all", "--yes", "--data", str(unhurried.data)]
    subprocess.run(letters, check=True, capture_output=True, timeout=60)


def test_what_is_well_is_nothing_outstanding(unhurried: Stack) -> None:
    """All six, their outboxes and consumers, on one screen."""
    unhurried.await_ready()

    done = ticketing(unhurried, "status")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Outstanding\n  nothing\n")
    assert len(lines(done.stdout, "ready", "yes")) == 6
    assert len(lines(done.stdout, "outbox of", "empty")) == 3
    assert len(lines(done.stdout, "-service_", "to hear")) == 10


def test_a_service_that_is_away_keeps_no_other_from_telling(
    unhurried: Stack, seller: Visitor, buyer: Visitor
) -> None:
    """Its part says why it is silent."""
    order = buyer.order(seller.sell())
    with unhurried.frozen("payments-mongo"):
        done = ticketing(unhurried, "order", order, silent="payments")
        status = ticketing(unhurried, "status", silent="payments")
    unhurried.await_ready()

    assert done.returncode == 1
    assert lines(done.stdout, "payments does not tell:")
    assert lines(done.stdout, "ticket", "under number 1")
    assert lines(done.stdout, "order:created/")
    assert status.returncode == 1
    assert lines(status.stdout, "payments does not tell:")


def test_in_a_cluster_it_is_the_same_report(
    unhurried: Stack, seller: Visitor, buyer: Visitor, tmp_path: Path
) -> None:
    """Made by each service's pod from its own variables, and the stream's part as the operator."""
    order = buyer.order(seller.sell())
    buyer.await_status(order, "awaiting:payment")
    until(lambda: not lines(ticketing(unhurried, "order", order).stdout, "handed out"))
    whole = ticketing(unhurried, "order", order).stdout  # nobody has anything to hear any more
    in_cluster(unhurried, tmp_path)

    done = script(tmp_path, "order", order)
    (tmp_path / "away").write_text("auth")
    status = script(tmp_path, "status", silent="auth")

    assert (done.stdout, done.returncode) == (whole, 0)
    assert lines(status.stdout, "auth does not tell: it could not be asked")
    assert status.returncode == 1
    assert len(lines(status.stdout, "ready", "yes")) == 5
    assert len(lines(status.stdout, "-service_", "to hear")) == 10


def test_an_order_that_there_is_not(unhurried: Stack) -> None:
    """All say so, and the exit code does."""
    done = ticketing(unhurried, "order", "0" * 24)

    assert done.returncode == 1
    assert lines(done.stdout, "there is none of this id")
    assert ticketing(unhurried, "order", "1234").returncode == 2
