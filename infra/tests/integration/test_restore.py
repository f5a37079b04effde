"""`ticketing restore`: one database comes back from a backup, and nobody touches the others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.tests.integration.put_back import back_up, database, put_back, stopped, ticketing
from infra.tests.integration.shoppers import Promises, Shoppers
from infra.tests.integration.visitor import Visitor, account
from ticketing_local.harness import Stack, running_stack, until

SHOPPERS = 4
SALES = 12  # before the backup, and since


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own: the others' tests would miss what is lost here."""
    with running_stack(tmp_path_factory.mktemp("market")) as running:
        yield running


@pytest.mark.parametrize("service", ["tickets", "orders", "payments"])
def test_sales_go_on_from_what_was_told(market: Stack, tmp_path: Path, service: str) -> None:
    """All that was promised and told holds, in every service and at Stripe, to the cent."""
    with Shoppers(market, SHOPPERS, seed=21).shopping() as promises:
        until(lambda: len(promises.paid) > SALES)
        back_up(market, service, tmp_path / "backup")
        then = len(promises.paid)
        until(lambda: len(promises.paid) > then + SALES)

        with stopped(market, service):
            untold = _untold(market, service)
            put_back(market, service, tmp_path / "backup")
            done = ticketing(market, "restore", service)
            assert done.returncode == 0, done
            assert "heard again" in done.stdout

        now = len(promises.paid)
        until(lambda: len(promises.paid) > now + SALES)
    market.await_ready()

    _holds(market, promises, untold)
    assert ticketing(market, "payments", "reconcile", "--since", "1h").returncode == 0
    assert ticketing(market, "dead-letters", "list").stdout == ""


def test_accounts_made_since_are_named(market: Stack, tmp_path: Path) -> None:
    """Who has bought or sold since can't be known by name, but by id."""
    known = Visitor.sign_up(market)
    known.sell()
    back_up(market, "auth", tmp_path / "backup")
    seller, buyer = Visitor.sign_up(market), Visitor.sign_up(market)
    buyer.order(seller.sell())

    with stopped(market, "auth"):
        put_back(market, "auth", tmp_path / "backup")
    owners = "".join(
        ticketing(market, "owners", service).stdout for service in ("tickets", "orders")
    )
    found = ticketing(market, "restore", "auth", given=owners)

    assert found.returncode == 3
    assert {seller.id, buyer.id} == {
        line.split()[3].strip(",") for line in found.stderr.splitlines()
    }


def test_a_running_service_is_left_alone(market: Stack) -> None:
    """Two would hand out the same numbers."""
    refused = ticketing(market, "restore", "orders")

    assert refused.returncode == 2
    assert refused.stderr == "orders: the service is running: stop all its replicas first\n"


def _untold(stack: Stack, service: str) -> set[str]:
    """Orders of which something was stored when the database was lost, and told to nobody: the
    orders themselves, or those that hold such a ticket."""
    collection = "tickets" if service == "tickets" else "orders"
    with database(stack, service) as found:
        waiting = list(found[collection].find({"outbox.0": {"$exists": True}}))
    return {str(each["_id"]) for each in waiting}


def _holds(stack: Stack, promises: Promises, untold: set[str]) -> None:
    orders, tickets, payments = (
        _documents(stack, *where)
        for where in (("orders", "orders"), ("tickets", "tickets"), ("payments", "orders"))
    )

    def said(order: str, ticket: str) -> bool:
        """Whether this order is as it was promised, everywhere."""
        if order in untold or ticket in untold:
            return True
        status = orders()[order]["status"]
        money = account(stack, order)
        kept = money["charged"] - money["refunded"]
        if order in promises.paid:
            holder = tickets()[ticket]["orderId"]
            return (status, kept, holder) == ("complete", 2000, order)
        if order in promises.cancelled:
            return (status, kept) == ("cancelled", 0)
        return bool(kept == (2000 if status == "complete" else 0))

    for order, ticket in list(promises.tickets.items()):
        until(lambda order=order, ticket=ticket: said(order, ticket))  # type: ignore[misc]
    replica = _documents(stack, "orders", "tickets")
    fields = ("version", "title", "price")

    def replicated() -> bool:
        here, there = replica(), tickets()
        same = all(
            here.get(id, {}).get(name) == ticket[name]
            for id, ticket in there.items()
            for name in fields
        )
        return same and all(
            payments().get(id, {}).get("status") is not None for id in orders() if id not in untold
        )

    until(replicated)


def _documents(stack: Stack, service: str, collection: str) -> Any:
    """A function that reads all of them, by their ids."""

    def read() -> dict[str, Any]:
        with database(stack, service) as found:
            return {str(each["_id"]): each for each in found[collection].find()}

    return read
