"""A shop over a fake API, which a test makes slow, odd or inconsistent as it likes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser

from infra.tests.e2e.conftest import NewVisitor, windows
from infra.tests.e2e.in_memory import client_in_memory
from infra.tests.e2e.visitor import Visitor
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


@dataclass
class Shop:
    """A client over a fake API, with somebody signed up, and one order in it."""

    api: FakeApi
    visitor: Visitor
    new_visitor: NewVisitor

    def order(self) -> Json:
        user = next(iter(self.api.accounts.users))
        market = self.api.market
        ticket = market.list_ticket("someone", "Swan Lake, balcony", 42)
        return market.reserve(ticket["id"], user)

    def payment(self, order: Json) -> Json:
        return self.api.till.payments[order["id"]]


@contextmanager
def shop_in_memory(browser: Browser, stripe_key: str | None = None) -> Iterator[Shop]:
    api = FakeApi()
    with client_in_memory(api, stripe_key) as url, windows(browser, url) as create:
        visitor = create()
        visitor.has_account()
        yield Shop(api, visitor, create)
