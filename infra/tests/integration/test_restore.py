"""`ticketing restore`: one database comes back from a backup, and nobody touches the others."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.tests.integration.put_back import back_up, database, put_back, stopped
from infra.tests.integration.shoppers import Promises, Shoppers
from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack, running_stack, until

SHOPPERS = 3
SALES = 5  # before the backup, and since

REPLICATED = ("version", "title", "price")


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
            done = market.ticketing("restore", service, check=False)
            assert done.returncode == 0, done
            assert "heard again" in done.stdout

        now = len(promises.paid)
        until(lambda: len(promises.paid) > now + SALES)
    market.await_ready()

    _holds(market, promises, untold)
    market.ticketing("payments", "reconcile", "--since", "1h")
    assert market.ticketing("dead-letters", "list").stdout == ""


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
        market.ticketing("owners", service).stdout for service in ("tickets", "orders")
    )
    found = market.ticketing("restore", "auth", given=owners, check=False)

    assert found.returncode == 3
    assert {seller.id, buyer.id} == {
        line.split()[3].strip(",") for line in found.stderr.splitlines()
    }


def _untold(stack: Stack, service: str) -> set[str]:
    """Orders of which something was stored when the database was lost, and told to nobody: the
    orders themselves, or those that hold such a ticket."""
    collection = "tickets" if service == "tickets" else "orders"
    with database(stack, service) as found:
        waiting = list(found[collection].find({"outbox.0": {"$exists": True}}))
    return {str(each["_id"]) for each in waiting}


def _holds(stack: Stack, promises: Promises, untold: set[str]) -> None:
    """Every order is as it was promised, everywhere, and others know of it."""

    def wrong() -> list[str]:
        orders, tickets = _documents(stack, "orders"), _documents(stack, "tickets")
        replicas = _documents(stack, "orders", "tickets")
        known = _documents(stack, "payments", "orders")
        ledger = httpx.get(f"{stack.url_of('stripe')}/_fake/ledger").json()["orders"]
        found = [
            f"ticket {id}"
            for id, ticket in tickets.items()
            if any(replicas.get(id, {}).get(name) != ticket[name] for name in REPLICATED)
        ]
        for id, ticket in promises.tickets.items():
            if id in untold or ticket in untold:
                continue
            money = ledger.get(id, {"charged": 0, "refunded": 0})
            kept, status = money["charged"] - money["refunded"], orders[id]["status"]
            if id not in known:
                found.append(f"{id} is not known to payments")
            if id in promises.paid:
                holds = tickets[ticket]["orderId"] == id
                if (status, kept, holds) != ("complete", 2000, True):
                    found.append(f"{id} was paid, and is {status} for {kept} cents ({holds})")
            elif id in promises.cancelled:
                if (status, kept) != ("cancelled", 0):
                    found.append(f"{id} was cancelled, and is {status} for {kept} cents")
            elif kept != (2000 if status == "complete" else 0):
                found.append(f"{id} is {status} for {kept} cents")
        return found

    with suppress(TimeoutError):
        until(lambda: not wrong())
    assert wrong() == []


def _documents(stack: Stack, service: str, collection: str = "") -> dict[str, Any]:
    """All of them, by their ids."""
    with database(stack, service) as found:
        return {str(each["_id"]): each for each in found[collection or service].find()}
