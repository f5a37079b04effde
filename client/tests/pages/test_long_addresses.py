"""What visitors take along to the sign-in page passes every edge, however much it is."""

import httpx
import pytest

from ticketing_client.testing.browser import Browser, Page
from ticketing_client.testing.fake_api import FakeApi

ROOM = 8192  # bytes of a request line that NGINX reads, and of an answer's head for every edge
ME = {"email": "seller@example.com", "password": "password"}
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
OLD = "eyJqd3QiOiAib2xkIn0="


def _passes(answer: httpx.Response) -> bool:
    request_line = b"%b %b HTTP/1.1\r\n" % (
        answer.request.method.encode(),
        answer.request.url.raw_path,
    )
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
    return len(request_line) < ROOM and head < ROOM


def _all_pass(page: Page) -> bool:
    return all(_passes(answer) for answer in [*page.response.history, page.response])


def _end_session(browser: Browser, ended: str) -> None:
    browser.http.cookies.clear()
    if ended == "refused":
        browser.http.cookies.set("session", OLD, domain="gittix.test", path="/")


@pytest.mark.parametrize("ended", ["forgotten", "refused"])
@pytest.mark.parametrize("form", ["new", "edit"])
@pytest.mark.parametrize("letter", ["a", "%", "ש", "Ж", "漢", "🎷", FAMILY])
async def test_nothing_typed_is_lost(
    api: FakeApi, seller: Browser, form: str, letter: str, ended: str
) -> None:
    """A title and a venue as long as they may be, in any script, by both ways to an account."""
    (user,) = api.accounts.users.values()
    own = api.market.list_ticket(user["id"], "As it was", 20)
    await seller.open("/tickets/new" if form == "new" else f"/tickets/{own['id']}/edit")
    _end_session(seller, ended)
    longest = (letter * 200)[:200]
    typed = {"title": longest, "price": "1,250.00", "startsAt": "2031-05-01T19:30"}
    typed |= {"zone": "+02:00", "venue": longest}

    asked = await seller.send("List the ticket" if form == "new" else "Save", **typed)
    sign_up = await seller.open(str(asked.one(".aside a")["href"]))
    sign_in = await seller.open(str(sign_up.one(".aside a")["href"]))
    page = await seller.send("Sign In", **ME)

    assert all(_all_pass(each) for each in (asked, sign_up, sign_in, page))
    kept = {name: page.one(f"#{name}")["value"] for name in typed if name != "zone"}
    assert kept | {"zone": page.one("#zone option[selected]")["value"]} == typed
    assert not page.has(".alert")


@pytest.mark.parametrize("form", ["new", "edit"])
async def test_what_is_too_long_is_told(api: FakeApi, seller: Browser, form: str) -> None:
    """What no form of ours takes is not carried along, and the form says so afterwards."""
    (user,) = api.accounts.users.values()
    own = api.market.list_ticket(user["id"], "As it was", 20)
    path = "/tickets/new" if form == "new" else f"/tickets/{own['id']}/edit"
    await seller.open(path)
    seller.http.cookies.clear()

    page = await seller.send(
        "List the ticket" if form == "new" else "Save", title="é" * 3000, price="5"
    )
    assert page.path == f"/auth/signin?next={path}%3Fcut%3D1"
    page = await seller.send("Sign In", **ME)

    assert page.path == f"{path}?cut=1"
    assert page.one("#title")["value"] == ("" if form == "new" else "As it was")
    assert "What you had typed was too long to be kept" in page.one(".alert").text


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/tickets/new", f"x={'a' * 6000}"),
        (f"/orders/{'a' * 24}/ticket", "%25" * 1200),
    ],
)
@pytest.mark.parametrize("ended", ["forgotten", "refused"])
async def test_a_long_address_leads_back_to_its_page(
    seller: Browser, path: str, query: str, ended: str
) -> None:
    """Without what made it long, which is not from a form of ours."""
    _end_session(seller, ended)

    page = await seller.open(f"{path}?{query}")

    assert _all_pass(page)
    assert (page.status, page.path) == (200, f"/auth/signin?next={path}")


@pytest.mark.parametrize("length", [3400, 5999, 6000, 7000, 100_000])
@pytest.mark.parametrize("letter", ["a", "Ж", "%", "?"])
@pytest.mark.parametrize("way", ["Sign In", "Sign Up"])
async def test_a_long_way_back_costs_no_session(
    api: FakeApi, visitor: Browser, way: str, letter: str, length: int
) -> None:
    """Whoever has the right password is in: at that page, or at home if its address is too long."""
    if way == "Sign In":
        api.accounts.add(**ME)
    path = "/auth/signin" if way == "Sign In" else "/auth/signup"
    await visitor.open(path)

    page = await visitor.send(way, **ME, next=f"/{letter * length}")

    assert _all_pass(page)
    (answer, *_) = page.response.history
    assert "session=" in answer.headers["set-cookie"]
    assert "Sign Out" in page.header
    short = letter != "Ж" and length < 6000
    assert (answer.headers["location"] == "/") != short


async def test_a_long_address_can_be_tried_again(api: FakeApi, visitor: Browser) -> None:
    """Where the API is away, the page that says so links to itself, without what made it long."""
    api.away = {"tickets"}

    page = await visitor.open(f"/tickets/{'a' * 24}?x={'a' * 7000}")

    assert page.status == 503
    assert page.one(".btn-primary")["href"] == f"/tickets/{'a' * 24}"
