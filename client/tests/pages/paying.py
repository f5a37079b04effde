"""What a page shows of a payment, and what was sent of it."""

from ticketing_client.testing.browser import Page
from ticketing_client.testing.fake_api import FakeApi


def state(page: Page) -> str:
    return str(page.one("#panel")["data-state"])


def payments_sent(api: FakeApi) -> int:
    return sum(r.method == "POST" and r.url.path == "/api/payments" for r in api.requests)
