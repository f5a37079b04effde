"""An API that is slow or away: a friendly page in time, with what still works."""

import asyncio
from typing import Any

import pytest

from client.tests.conftest import TIMEOUT
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


async def test_tickets_are_away(api: FakeApi, buyer: Browser) -> None:
    """The landing page still has its header, and says what can't be shown."""
    api.away = {"tickets"}

    page = await buyer.open("/")

    assert page.status == 503
    assert "Tickets can't be shown right now" in page.text
    assert "Sign Out" in page.header


async def test_auth_is_away(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """Without auth the tickets are shown, and who has a session is taken for signed in."""
    api.away = {"users"}

    page = await buyer.open("/")

    assert page.status == 200
    assert "Swan Lake" in page.text
    assert "My Orders" in page.header


async def test_orders_are_paid_without_auth(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """Sessions are checked by each service, so buying works while auth is away."""
    api.away = {"users"}
    await buyer.open(f"/tickets/{ticket['id']}")
    await buyer.send("Purchase")

    page = await buyer.send("Pay $19.99")

    assert "The ticket is yours" in page.text


@pytest.mark.parametrize("hangs", ["orders", "users"])
async def test_one_that_hangs_hides_nothing_of_the_others(
    api: FakeApi, seller: Browser, buyer: Browser, ticket: Json, hangs: str
) -> None:
    """A sold ticket is told to be sold, though orders can't say whether it is the visitor's."""
    await buyer.open(f"/tickets/{ticket['id']}")
    await buyer.send("Purchase")
    (order,) = api.market.orders.values()
    order["status"] = "complete"
    api.slow = {hangs: 30.0}

    page = await seller.open(f"/tickets/{ticket['id']}")

    assert "This ticket is sold." in page.text


@pytest.mark.parametrize("path", ["/", "/tickets/TICKET", "/orders", "/tickets/mine"])
async def test_a_slow_api_is_given_up_in_time(
    api: FakeApi, buyer: Browser, ticket: Json, path: str
) -> None:
    """However slow everything is, the page comes within its bound."""
    api.slow = dict.fromkeys(("users", "tickets", "orders", "payments"), 30.0)
    loop = asyncio.get_running_loop()

    began = loop.time()
    page = await buyer.open(path.replace("TICKET", str(ticket["id"])))

    assert page.status == 503
    assert loop.time() - began <= TIMEOUT
    assert "Try again" in page.text


@pytest.mark.parametrize(
    ("form_on", "button"),
    [
        ("/tickets/new", "List the ticket"),
        ("/tickets/OWN/edit", "Save"),
        ("/tickets/TICKET", "Purchase"),
        ("/orders/ORDER", "Cancel the order"),
        ("/orders/ORDER", "Pay $19.99"),
        ("/auth/signout", "Sign out buyer@example.com"),
    ],
)
async def test_a_slow_api_does_not_hold_up_forms(
    api: FakeApi, buyer: Browser, ticket: Json, form_on: str, button: str
) -> None:
    """What a form leads to comes within the bound of a page each, and leads back to the form."""
    (user,) = (id for id, each in api.accounts.users.items() if "buyer" in each["email"])
    own = api.market.list_ticket(user, "Own", 5)
    ordered = api.market.list_ticket("someone", "Ordered", 19.99)
    order = api.market.reserve(ordered["id"], user)
    ids = {"OWN": own["id"], "TICKET": ticket["id"], "ORDER": order["id"]}
    for name, id in ids.items():
        form_on = form_on.replace(name, id)
    fields = {"title": "Nutcracker", "price": "12"} if form_on == "/tickets/new" else {}
    await buyer.open(form_on)
    api.slow = dict.fromkeys(("users", "tickets", "orders", "payments"), 30.0)
    loop = asyncio.get_running_loop()

    began = loop.time()
    page = await buyer.send(button, **fields)

    pages = len(page.response.history) + 1
    assert loop.time() - began <= pages * TIMEOUT
    assert page.status == 503
    again = page.soup.find("a", string="Try again")
    assert again is None or again["href"] == form_on


async def test_a_slow_write_is_told_of(api: FakeApi, buyer: Browser, ticket: Json) -> None:
    """Where only the write gets no answer, the page says what may have become of it."""
    await buyer.open(f"/tickets/{ticket['id']}")
    api.slow = {"orders": 30.0}

    page = await buyer.send("Purchase")

    assert page.status == 503
    assert "You were not charged." in page.text
    assert "look at My Orders before you try again" in page.text


async def test_head_is_answered(visitor: Browser) -> None:
    """Whoever only asks for the headers gets those of the page."""
    answer = await visitor.http.head("/")

    assert answer.status_code == 200


async def test_health(api: FakeApi, visitor: Browser) -> None:
    """The client is alive and ready by itself: its pages say what else is not."""
    api.away = {"users", "tickets", "orders", "payments"}

    alive = await visitor.open("/healthz")
    ready = await visitor.open("/readyz")

    assert (alive.status, ready.status) == (200, 200)
