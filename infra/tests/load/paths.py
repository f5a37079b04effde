"""The API's paths, asked for behind the gateway's back."""

from collections.abc import Iterator, Sequence
from itertools import cycle, product

from infra.tests.load.market import shuffled
from infra.tests.load.path import SCRYPT, Path, Setting
from infra.tests.load.wire import request
from ticketing_common.types import new_id

USERS = 64
SEARCHES = 997  # different words, and no multiple of the kinds of searches
QUERIES = ("{one}", "{hundreds}", "{thousands}", "concert", "air+conc", "op+{one}", "a+{hundreds}")
ORDERS = ("", "&sort=price", "&sort=-price", "&sort=title", "&minPrice=10&maxPrice=30")
UPDATED = 1 / 3  # of the tickets on sale are for updates; the others are for orders
PASSWORD = "password"
ACCOUNTS = tuple(f"bench{number}@example.com" for number in range(4))
CREATED = frozenset({201})
REFUSED = frozenset({201, 400})


def _users(setting: Setting) -> list[str]:
    return [setting.site.cookie(new_id()) for _ in range(USERS)]


def _shared_out(setting: Setting) -> tuple[Sequence[str], Sequence[str]]:
    tickets = setting.market.tickets
    updated = int(len(tickets) * UPDATED)
    return tickets[:updated], tickets[updated:]


def current_user(setting: Setting) -> Iterator[bytes]:
    return cycle([request("GET", "/api/users/currentuser", cookie) for cookie in _users(setting)])


def sign_in(_: Setting) -> Iterator[bytes]:
    bodies = [{"email": email, "password": PASSWORD} for email in ACCOUNTS]
    return cycle([request("POST", "/api/users/signin", body=body) for body in bodies])


def scan(_: Setting) -> Iterator[bytes]:
    return cycle([request("GET", "/api/tickets")])


def one_ticket(setting: Setting) -> Iterator[bytes]:
    ids = shuffled(setting.market.tickets)
    return cycle([request("GET", f"/api/tickets/{id}") for id in ids])


def searches(setting: Setting) -> Iterator[bytes]:
    """By a word that one title has, by beginnings that hundreds and thousands share, by words that
    all have, and by both; newest first, by price, by title and within prices."""
    words = [id[-6:] for id in shuffled(setting.market.tickets)[:SEARCHES]]
    kinds = cycle(product(QUERIES, ORDERS))
    for word, (query, order) in zip(cycle(words), kinds, strict=False):
        q = query.format(one=word, hundreds=word[:4], thousands=word[:3])
        yield request("GET", f"/api/tickets?limit=24&q={q}{order}")


def new_ticket(setting: Setting) -> Iterator[bytes]:
    body = {"title": "A concert", "price": 19.99}
    return cycle([request("POST", "/api/tickets", cookie, body) for cookie in _users(setting)])


def update(setting: Setting) -> Iterator[bytes]:
    cookie = setting.site.cookie(setting.market.seller)
    body = {"title": "Another concert", "price": 20.5}
    ids, _ = _shared_out(setting)
    return cycle([request("PUT", f"/api/tickets/{id}", cookie, body) for id in ids])


class NewOrders:
    """Each ticket is ordered once, over all that is measured of one market."""

    def __init__(self) -> None:
        self._left: dict[str, Iterator[str]] = {}

    def __call__(self, setting: Setting) -> Iterator[bytes]:
        _, tickets = _shared_out(setting)
        left = self._left.setdefault(setting.market.seller, iter(tickets))
        cookies = cycle(_users(setting))
        for ticket in left:
            yield request("POST", "/api/orders", next(cookies), {"ticketId": ticket})


def contested(setting: Setting) -> Iterator[bytes]:
    body = {"ticketId": setting.market.tickets[0]}
    return cycle([request("POST", "/api/orders", cookie, body) for cookie in _users(setting)])


def one_order(setting: Setting) -> Iterator[bytes]:
    site = setting.site
    held = shuffled(setting.market.held)
    return cycle([request("GET", f"/api/orders/{o.id}", site.cookie(o.buyer)) for o in held])


def own_orders(setting: Setting) -> Iterator[bytes]:
    buyers = {order.buyer for order in setting.market.held}
    return cycle([request("GET", "/api/orders", setting.site.cookie(each)) for each in buyers])


class Pays:
    """Each order is paid once."""

    def __init__(self) -> None:
        self._left: dict[str, Iterator[bytes]] = {}

    def __call__(self, setting: Setting) -> Iterator[bytes]:
        return self._left.setdefault(setting.market.seller, self._requests(setting))

    def _requests(self, setting: Setting) -> Iterator[bytes]:
        for order in setting.market.held:
            body = {"token": "tok_visa", "orderId": order.id}
            yield request("POST", "/api/payments", setting.site.cookie(order.buyer), body)


def api_paths() -> list[Path]:
    """In the order they are measured in: those that change the market come last."""
    return [
        Path("list of 100 tickets", "tickets", scan, 2.5, small=True),
        Path("current user", "auth", current_user, 1.5),
        Path("default page of 10,000", "tickets", scan),
        Path("search", "tickets", searches),
        Path("one ticket", "tickets", one_ticket, 2.0),
        Path("one order", "orders", one_order, 3.0),
        Path("list of 20 orders", "orders", own_orders),
        Path("new ticket", "tickets", new_ticket, 4.0, expected=CREATED, writes=True),
        Path("update", "tickets", update, 5.0, writes=True),
        Path("new order", "orders", NewOrders(), 6.0, expected=CREATED, writes=True),
        Path("new order, all on one", "orders", contested, expected=REFUSED, writes=True),
        Path("pay", "payments", Pays(), expected=CREATED, writes=True),
        Path("sign-in", "auth", sign_in, 1.05, SCRYPT, levels=(1, 32), factor=4.0),
    ]
