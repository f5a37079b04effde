"""`ticketing payments`, on a real MongoDB and Stripe's fake."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from payments.tests.conftest import STRIPE_KEY, WINDOW
from ticketing_common import cli
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Database, Store
from ticketing_common.types import new_id, now
from ticketing_payments.cases import Cases
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.models.case import Case, CaseKind
from ticketing_payments.models.order import Order, PaymentStatus, Progress
from ticketing_payments.models.payment import Payment
from ticketing_payments.models.watch import Watch
from ticketing_stripe_fake.testing import RunningFake

T = TypeVar("T")
Command = Callable[..., tuple[int, str, str]]
InDatabase = Callable[[Callable[[Database], Awaitable[T]]], T]


@pytest.fixture
def uri(mongo_uri: str) -> str:
    return f"{mongo_uri}/payments-cli"


@pytest.fixture
def command(
    uri: str,
    stripe: RunningFake,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """`command("cases")`: the exit code and what it said on both streams."""
    environ = {"MONGO_URI": uri, "STRIPE_KEY": STRIPE_KEY, "STRIPE_API_BASE": stripe.url}
    for name, value in {**environ, "EXPIRATION_WINDOW_SECONDS": "2"}.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ticketing", "payments", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        code = end.value.code
        return code if isinstance(code, int) else 0, said.out, said.err

    return run


@pytest.fixture
def in_database(uri: str) -> Any:
    def act(do: Callable[[Database], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            database = Database.connect(uri)
            await database.prepare([Store(database, each) for each in (Order, Payment, Case)])
            try:
                return await do(database)
            finally:
                await database.close()

        return asyncio.run(run())

    async def drop() -> None:
        async with AsyncMongoClient[Any](uri) as client:
            await client.drop_database("payments-cli")

    asyncio.run(drop())
    return act


def _order(**payment: Any) -> Order:
    return Order(
        id=new_id(),
        user_id=new_id(),
        status=OrderStatus.CANCELLED,
        price=20,
        expires_at=now(),
        order_version=1,
        payment=Progress(status=PaymentStatus.REFUND_DUE, **payment),
    )


def test_a_case_from_the_list_to_its_end(command: Command, in_database: Any) -> None:
    """It is listed, shown, resolved with a note, and then listed no more; its order's owner is told
    that nobody looks at it any more once the last one is resolved."""
    order = _order(watch=Watch(review=True))

    async def opened(database: Database) -> None:
        await Store(database, Order).save(order)
        for kind in (CaseKind.DISPUTE, CaseKind.REFUND_FAILED):
            await Cases(Store(database, Case)).open(kind, "dp_1", order.id, "needs_response")

    async def reviewed(database: Database) -> bool:
        watch = (await Store(database, Order).get(order.id)).payment.watch
        return watch is not None and watch.review

    in_database(opened)

    code, out, _ = command("cases")
    rows = [line.split("\t") for line in out.splitlines()]
    assert (code, [row[2:] for row in rows]) == (
        0,
        [["dispute", "dp_1", "needs_response"], ["refund_failed", "dp_1", "needs_response"]],
    )
    first, second = (row[0] for row in rows)
    code, out, _ = command("show", first)
    assert (code, f"orderId: {order.id}" in out.splitlines()) == (0, True)
    assert command("resolve", first, "--note", "answered")[:2] == (0, f"resolved {first}\n")
    assert in_database(reviewed)
    assert [line.split("\t")[0] for line in command("cases")[1].splitlines()] == [second]
    assert command("resolve", second)[0] == 0
    assert not in_database(reviewed)
    assert command("cases")[1] == ""
    assert len(command("cases", "--all")[1].splitlines()) == 2
    assert "note: answered" in command("show", first)[1].splitlines()


@pytest.mark.parametrize("action", ["show", "resolve"])
def test_no_such_case(command: Command, in_database: Any, action: str) -> None:
    """It is said, and the exit code says so."""
    assert command(action, "nonsense") == (1, "", "there is no case nonsense\n")


def test_reconcile(command: Command, in_database: Any, stripe: RunningFake) -> None:
    """0 where all is equal, 1 and a case for what differs, 2 where it can't be known."""
    assert command("reconcile")[:2] == (0, "0 charges at Stripe, 0 in the ledger: 0 differences\n")
    order_id = new_id()

    async def charge(_: Database) -> None:
        gateway = StripeGateway(STRIPE_KEY, stripe.url, WINDOW)
        intent = await gateway.create(order_id, 1, 1999)
        await gateway.confirm(intent.id, "tok_visa", order_id, 1)
        await gateway.close()

    in_database(charge)

    code, out, _ = command("reconcile", "--since", "1h")
    assert code == 1
    assert out.splitlines()[0].split("\t")[2:] == [order_id, "1999 cents at Stripe"]
    assert out.splitlines()[-1] == "1 charges at Stripe, 0 in the ledger: 1 differences"
    assert "charge_without_order" in command("cases")[1]


@pytest.mark.parametrize("since", ["7", "d", "0d", "-1d", "7w", "99999d"])
def test_a_span_of_no_use(command: Command, since: str, in_database: Any) -> None:
    """It says which ones there are."""
    code, _, err = command("reconcile", f"--since={since}")

    assert code == 2
    assert "no span of time such as 36h or 7d" in err


def test_stripe_is_away(
    command: Command, in_database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, and an exit code that is not that of a difference."""
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:9")
    monkeypatch.setattr("ticketing_payments.gateway.books.StripeBooks.pause", 0.001)

    code, out, err = command("reconcile")

    assert (code, out, len(err.splitlines())) == (2, "", 1)


def test_books_that_stripe_will_not_show(
    command: Command, in_database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that Stripe refuses is said in one sentence, and is no difference."""
    monkeypatch.setattr("ticketing_payments.gateway.books.CHARGES", "/v1/nowhere")

    code, out, err = command("reconcile")

    assert (code, out, len(err.splitlines())) == (2, "", 1)
