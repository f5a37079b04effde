"""`ticketing order` and `ticketing status`: by one command, and part by part as in a cluster."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import nats
import pytest

from infra.tests.integration.visitor import Visitor
from ticketing_common.cli import main
from ticketing_local.environment import INFRA, environment
from ticketing_local.harness import Stack, running_stack, until

TICKETING = str(Path(sys.executable).with_name("ticketing"))
SERVICES = ("orders", "tickets", "payments", "expiration", "auth")
TRIES = 5


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


Ask = Callable[[], "subprocess.CompletedProcess[str]"]


def asked(ask: Ask, silent: str = "") -> "subprocess.CompletedProcess[str]":
    """The report once all have told their part in time, but for the one who is to be silent: on a
    busy machine any may be too slow for once, which the report says."""
    for _ in range(TRIES):
        done = ask()
        if {line.split()[0] for line in lines(done.stdout, "does not tell:")} <= {silent}:
            break
    return done


def ticketing(
    stack: Stack, *arguments: str, silent: str = ""
) -> "subprocess.CompletedProcess[str]":
    """In this process, as one of its own takes seconds to begin."""
    argv = [TICKETING, *arguments, "--data", str(stack.data)]

    def ask() -> "subprocess.CompletedProcess[str]":
        with (
            patch.object(sys, "argv", argv),
            redirect_stdout(io.StringIO()) as stdout,
            redirect_stderr(io.StringIO()) as stderr,
            pytest.raises(SystemExit) as exited,
        ):
            main()
        code = exited.value.code
        assert isinstance(code, int)
        return subprocess.CompletedProcess(argv, code, stdout.getvalue(), stderr.getvalue())

    return asked(ask, silent)


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


def lines(report: str, *words: str) -> list[str]:
    return [line for line in report.splitlines() if all(word in line for word in words)]


def happened(report: str) -> list[str]:
    """What it says has happened, in its order, without the moments."""
    chronicle = report.partition("What happened")[2].partition("\n\n")[0]
    return [line[27:] for line in chronicle.splitlines()[1:]]


COMPILED = ("PYTHONPYCACHEPREFIX",)  # where its modules are, or each process begins with them
KUBECTL = f"""#!{sys.executable}
import base64, json, pathlib, subprocess, sys
here, words = pathlib.Path(__file__).parent, sys.argv[1:]
if words[:2] == ["get", "secret"]:
    secret = json.loads((here / "operator").read_text())
    sys.stdout.write(base64.b64encode(secret[words[-1].split(".")[-1][:-1]].encode()).decode())
elif words[0] == "exec":
    service = words[2].removeprefix("deployment/").removesuffix("-depl")
    if service in (here / "away").read_text():
        sys.exit("there is no pod")
    command = words[words.index("--") + 1 :]
    environment = json.loads((here / service).read_text())
    sys.exit(subprocess.run(command, env=environment).returncode)
"""


def in_cluster(stack: Stack, folder: Path) -> None:
    """A `kubectl` whose pods have their service's variables, and no more rights than it has."""
    (folder / "kubectl").write_text(KUBECTL)
    (folder / "kubectl").chmod(0o755)
    (folder / "away").touch()
    path = {"PATH": f"{Path(TICKETING).parent}:/usr/bin:/bin"}
    compiled = {name: os.environ[name] for name in COMPILED if name in os.environ}
    for service in (*SERVICES, "client"):
        variables = environment(service, str(stack.data))
        operator = {name: variables.pop(name, "") for name in ("NATS_USER", "NATS_PASSWORD")}
        (folder / service).write_text(json.dumps({**variables, **path, **compiled}))
        if service == "orders":
            (folder / "operator").write_text(json.dumps(operator))


def script(folder: Path, *arguments: str, silent: str = "") -> "subprocess.CompletedProcess[str]":
    """`infra/ticketing` beside such a `kubectl`."""
    argv, environ = [str(INFRA / "ticketing"), *arguments], {"PATH": f"{folder}:/usr/bin:/bin"}

    def ask() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            argv, check=False, env=environ, capture_output=True, text=True, timeout=300
        )

    return asked(ask, silent)


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
    assert len(lines(done.stdout, "-service_", "pending")) == 10


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
    whole = ticketing(unhurried, "order", order).stdout
    in_cluster(unhurried, tmp_path)

    done = script(tmp_path, "order", order)
    (tmp_path / "away").write_text("auth")
    status = script(tmp_path, "status", silent="auth")

    assert (done.stdout, done.returncode) == (whole, 0)
    assert lines(status.stdout, "auth does not tell: it could not be asked")
    assert status.returncode == 1
    assert len(lines(status.stdout, "ready", "yes")) == 5
    assert len(lines(status.stdout, "-service_", "pending")) == 10


def test_an_order_that_there_is_not(unhurried: Stack) -> None:
    """All say so, and the exit code does."""
    done = ticketing(unhurried, "order", "0" * 24)

    assert done.returncode == 1
    assert lines(done.stdout, "there is none of this id")
    assert ticketing(unhurried, "order", "1234").returncode == 2
