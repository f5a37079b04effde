"""Titles that are written from right to left move nothing around them."""

from bs4.element import NavigableString

from ticketing_client.testing.browser import Browser, Page
from ticketing_client.testing.fake_api import FakeApi

HEBREW = "אגם הברבורים 12"
ISOLATED = f"\u2068{HEBREW}\u2069"


def let_out(page: Page) -> list[str]:
    """Where the title stands without anything that isolates its direction."""
    texts = [text for text in page.soup.find_all(string=True) if HEBREW in text]
    attributes = [
        str(value)
        for tag in page.soup.find_all(True)
        for name, value in tag.attrs.items()
        if HEBREW in str(value) and (tag.name, name) != ("input", "value")
    ]
    assert texts or attributes, page.text
    free = [text for text in texts if isinstance(text, NavigableString) and not _in_bdi(text)]
    return [each for each in [*free, *attributes] if ISOLATED not in each]


def _in_bdi(text: NavigableString) -> bool:
    return text.parent is not None and text.parent.name == "bdi"


async def test_each_title_is_isolated(api: FakeApi, buyer: Browser, seller: Browser) -> None:
    """In sentences, lists, headings, buttons, and in the title of the window."""
    await seller.open("/tickets/new")
    listed = await seller.send("List the ticket", title=HEBREW, price="45")
    (id,) = api.market.tickets
    edited = await seller.open(f"/tickets/{id}/edit")
    pages = [listed, edited, *[await buyer.open(path) for path in ("/", f"/?q={HEBREW}")]]
    ticket = await buyer.open(f"/tickets/{id}")
    order = await buyer.send("Purchase")
    pages += [ticket, order, await buyer.open("/orders")]

    assert [let_out(page) for page in pages] == [[]] * len(pages)
    assert ticket.title == f"{ISOLATED} · GitTix"
    assert edited.one("#title")["dir"] == "auto"


async def test_others_are_as_they_were(buyer: Browser, ticket: dict[str, object]) -> None:
    """What is written from left to right needs no marks in the window's title."""
    page = await buyer.open(f"/tickets/{ticket['id']}")

    assert page.title == "Swan Lake, balcony · GitTix"
