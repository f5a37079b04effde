"""Headers, hostile input, and what is passed on of a request."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi
from ticketing_common.middlewares.vouching import Vouching

Json = dict[str, Any]

HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(2)>'{{7*7}}"""


async def policy(browser: Browser, path: str) -> dict[str, str]:
    page = await browser.open(path)
    directives = page.response.headers["content-security-policy"].split("; ")
    return dict(directive.partition(" ")[::2] for directive in directives)


async def test_scripts_only_by_nonce(visitor: Browser) -> None:
    """Every script of a page carries the nonce of its response, and nothing else runs."""
    page = await visitor.open("/")

    nonce = page.one("script")["nonce"]
    csp = page.response.headers["content-security-policy"]
    assert f"script-src 'nonce-{nonce}';" in csp
    assert "unsafe" not in csp
    assert not re.search(r"\son\w+=|style=|javascript:", page.html)


async def test_a_nonce_is_used_once(visitor: Browser) -> None:
    """Two responses never share a nonce."""
    first = await policy(visitor, "/")
    second = await policy(visitor, "/")

    assert first["script-src"] != second["script-src"]


@pytest.mark.parametrize("path", ["/", "/auth/signin", "/nowhere", "/healthz", "/static/x/y"])
async def test_headers_are_everywhere(visitor: Browser, path: str) -> None:
    """Pages, errors and assets alike can't be framed, sniffed or embedded."""
    headers = (await visitor.open(path)).response.headers

    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"


async def test_pages_are_not_kept(buyer: Browser) -> None:
    """Nothing personal stays in a cache."""
    page = await buyer.open("/orders")

    assert page.response.headers["cache-control"] == "no-store"


async def test_stripe_only_where_it_is_needed(new_app: Any, ticket: Json) -> None:
    """With a publishable key exactly Stripe is let in, on order pages alone."""
    browser = Browser(new_app(STRIPE_PUBLISHABLE_KEY="pk_test_1"))
    await browser.sign_up("buyer@example.com")
    await browser.open(f"/tickets/{ticket['id']}")

    page = await browser.send("Purchase")

    here = await policy(browser, page.path)
    _nonce, *scripts = here["script-src"].split()
    assert scripts == ["https://js.stripe.com", "https://*.js.stripe.com"]
    assert here["frame-src"].split() == [*scripts, "https://hooks.stripe.com"]
    assert here["connect-src"] == "'self' https://api.stripe.com"
    stripes = {name for name, sources in here.items() if "stripe" in sources}
    assert stripes == {"script-src", "frame-src", "connect-src"}
    assert page.one("#order")["data-stripe-key"] == "pk_test_1"
    assert page.one("#card-field")
    assert not page.has("input[type=radio]")
    elsewhere = await policy(browser, "/orders")
    assert "stripe" not in str(elsewhere)
    await browser.close()


async def test_hostile_titles_are_text(api: FakeApi, buyer: Browser) -> None:
    """A title with markup is shown as typed, on every page that shows it."""
    (user,) = api.accounts.users
    listed = api.market.list_ticket("someone", HOSTILE, 5)
    own = api.market.list_ticket(user, HOSTILE, 5)
    await buyer.open(f"/tickets/{listed['id']}")
    order = await buyer.send("Purchase")

    for path in [
        "/",
        f"/tickets/{listed['id']}",
        f"/tickets/{own['id']}/edit",
        f"/tickets/mine?listed={own['id']}",
        order.path,
        "/orders",
    ]:
        page = await buyer.open(path)
        assert page.status == 200, path
        assert HOSTILE in page.soup.get_text() + str(
            [tag.get("value") for tag in page.soup.find_all("input")]
        ).replace('\\"', '"').replace("\\'", "'"), path
        assert not page.has("img"), path
        assert all(tag.has_attr("nonce") for tag in page.soup.find_all("script")), path


async def test_hostile_input_comes_back_as_text(visitor: Browser) -> None:
    """What is typed into a field or an address is never markup either."""
    await visitor.open("/auth/signin")
    page = await visitor.send("Sign In", email=HOSTILE, password="x")
    assert page.one("#email")["value"] == HOSTILE
    assert not page.has("img")

    page = await visitor.open("/?q=%3Cimg%20src=x%3E&sort=%22%3E%3Cimg%3E")
    assert not page.has("img")
    assert "<img src=x>" in page.text


@pytest.mark.parametrize("keys", [None, "k" * 32])
async def test_the_visitors_address_is_vouched_for(
    api: FakeApi, new_app: Callable[..., Any], keys: str | None
) -> None:
    """Signed with the first key, by what the edge says; what a visitor says of it counts for
    nothing, and without a key nothing is signed."""
    browser = Browser(new_app(VISITOR_KEYS=keys or ()))
    forged = {"x-visitor": "198.51.100.1;1;x", "x-forwarded-for": "198.51.100.1, 203.0.113.9"}

    await browser.open("/", **forged)
    await browser.close()

    sent = next(r for r in api.requests if r.url.path == "/api/tickets").headers.get("x-visitor")
    assert sent is None if keys is None else Vouching((keys,)).read(sent) == "203.0.113.9"


async def test_only_the_visitors_own_headers_are_passed_on(api: FakeApi, visitor: Browser) -> None:
    """The API hears who asks, through which address, and the request's id; nothing else."""
    await visitor.open(
        "/",
        **{
            "x-request-id": "request-1",
            "x-forwarded-for": "203.0.113.9",
            "x-forwarded-proto": "https",
            "authorization": "secret",
            "cookie": "session=e30=; theme=dark",
        },
    )

    sent = next(r for r in api.requests if r.url.path == "/api/tickets").headers
    assert sent["x-request-id"] == "request-1"
    assert sent["x-forwarded-for"] == "203.0.113.9"
    assert sent["x-forwarded-proto"] == "https"
    assert sent["host"] == "gittix.test"
    assert sent["cookie"] == "session=e30=; theme=dark"
    assert "authorization" not in sent
