"""Listing a ticket, as its seller does."""

from ticketing_client.testing.browser import Browser


async def sell(seller: Browser, title: str = "Swan Lake", price: str = "19.99") -> str:
    """List a ticket by the form; its id."""
    await seller.open("/tickets/new")
    page = await seller.send("List the ticket", title=title, price=price)
    return page.path.partition("listed=")[2]
