"""The client's pages, through the gateway, for someone who is signed in."""

from collections.abc import Callable, Iterator
from itertools import cycle

from infra.tests.load.market import shuffled
from infra.tests.load.path import Path, Setting
from infra.tests.load.wire import request

PAGES_OF_EACH = 500  # different ones, where a page has an id


def _fixed(path: str) -> Callable[[Setting], Iterator[bytes]]:
    def requests(setting: Setting) -> Iterator[bytes]:
        cookies = {setting.site.cookie(order.buyer) for order in setting.market.held[:1000]}
        return cycle([request("GET", path, cookie) for cookie in cookies])

    return requests


def _signed_out(path: str) -> Callable[[Setting], Iterator[bytes]]:
    return lambda _: cycle([request("GET", path)])


def _tickets(setting: Setting) -> Iterator[bytes]:
    cookie = setting.site.cookie(setting.market.held[0].buyer)
    ids = shuffled(setting.market.tickets)[:PAGES_OF_EACH]
    return cycle([request("GET", f"/tickets/{id}", cookie) for id in ids])


def _searches(setting: Setting) -> Iterator[bytes]:
    words = [id[-6:-2] for id in shuffled(setting.market.tickets)[:PAGES_OF_EACH]]
    return cycle([request("GET", f"/?q={word}&sort=price") for word in words])


def _orders(setting: Setting) -> Iterator[bytes]:
    # The last ones: paying starts with the first.
    held = shuffled(setting.market.held[-PAGES_OF_EACH:])
    cookie = setting.site.cookie
    return cycle([request("GET", f"/orders/{o.id}", cookie(o.buyer)) for o in held])


def page_paths() -> list[Path]:
    pages: list[tuple[str, Callable[[Setting], Iterator[bytes]]]] = [
        ("page /", _fixed("/")),
        ("page / signed out", _signed_out("/")),
        ("page /?q=", _searches),
        ("page /tickets/:id", _tickets),
        ("page /tickets/new", _fixed("/tickets/new")),
        ("page /tickets/mine", _fixed("/tickets/mine")),
        ("page /orders", _fixed("/orders")),
        ("page /orders/:id", _orders),
        ("page /auth/signin", _signed_out("/auth/signin")),
        ("page /auth/signup", _signed_out("/auth/signup")),
    ]
    return [Path(name, "client", requests, gateway=True) for name, requests in pages]
