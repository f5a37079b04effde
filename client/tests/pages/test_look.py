"""What others show of a link to the site, and the order of one's orders."""

from typing import Any

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi

Json = dict[str, Any]


async def test_a_shared_link_says_what_it_is(visitor: Browser, ticket: Json) -> None:
    """Title, sentence and picture, by addresses that are good from elsewhere."""
    page = await visitor.open(f"/tickets/{ticket['id']}")

    told = {str(tag["property"]): tag["content"] for tag in page.soup.select("meta[property]")}
    assert told["og:title"] == "Swan Lake, balcony"
    assert told["og:description"] == "For $19.99 on GitTix."
    picture = await visitor.open(str(told["og:image"]))
    assert str(told["og:image"]).startswith("https://gittix.test/static/")
    assert picture.response.headers["content-type"] == "image/png"


async def test_a_title_can_not_leave_its_attribute(api: FakeApi, visitor: Browser) -> None:
    """Nor its element, wherever it stands."""
    title = 'x"><script>alert(1)</script>'
    ticket = api.market.list_ticket("someone", title, 5)

    page = await visitor.open(f"/tickets/{ticket['id']}")

    assert page.one('meta[property="og:title"]')["content"] == title
    assert "<script>alert" not in page.html


async def test_phones_find_their_icon(visitor: Browser) -> None:
    """By the page's word, and where they look by themselves."""
    page = await visitor.open("/")
    icon = await visitor.open(str(page.one('link[rel="apple-touch-icon"]')["href"]))

    assert icon.path == "/apple-touch-icon.png"
    assert icon.response.content.startswith(b"\x89PNG")


async def test_bought_before_ended(api: FakeApi, buyer: Browser) -> None:
    """What waits comes first, then what one has, then what is over; each with its date."""
    (user,) = api.accounts.users
    titles = ("Old and bought", "Newer and ended", "Newest and to pay")
    orders = [
        api.market.reserve(api.market.list_ticket("someone", title, 20)["id"], user)
        for title in titles
    ]
    orders[0]["status"] = "complete"
    api.market.cancel(orders[1]["id"])
    orders[2]["status"] = "awaiting:payment"

    page = await buyer.open("/orders")

    headings = [tag.get_text() for tag in page.soup.select("h2")]
    rows = [tag.get_text(strip=True) for tag in page.soup.select(".row-main h3")]
    assert headings == ["Waiting for your payment", "Bought", "Ended"]
    assert rows == ["Newest and to pay", "Old and bought", "Newer and ended"]
    assert len(page.soup.select(".row-main time")) == 3
    assert page.has(f'a[href="/orders/{orders[0]["id"]}/ticket"]')
