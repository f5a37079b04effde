"""/tickets/:id/edit : changing a ticket, while nobody has it."""

from client.tests.pages.selling import sell
from ticketing_client.testing.browser import Browser


async def test_edits_a_ticket(seller: Browser) -> None:
    """The form holds the present values, and the change is told."""
    id = await sell(seller)
    page = await seller.open(f"/tickets/{id}/edit")
    assert (page.one("#title")["value"], page.one("#price")["value"]) == ("Swan Lake", "19.99")

    page = await seller.send("Save", title="Swan Lake, box 2", price="25")

    assert "Saved: “Swan Lake, box 2” for $25.00." in page.text


async def test_editing_keeps_the_input(seller: Browser) -> None:
    """What was typed is still there beside its error."""
    id = await sell(seller)
    await seller.open(f"/tickets/{id}/edit")

    page = await seller.send("Save", title="Swan Lake, box 2", price="0.10")

    assert page.status == 400
    assert page.one("#title")["value"] == "Swan Lake, box 2"
    assert page.one("#price-error").text == "Price must be at least 0.50"


async def test_a_reserved_ticket_says_why_it_can_not_change(
    seller: Browser, buyer: Browser
) -> None:
    """The reason stands where the form would be, and where the button would be."""
    id = await sell(seller)
    await buyer.open(f"/tickets/{id}")
    await buyer.send("Purchase")

    page = await seller.open(f"/tickets/{id}/edit")
    assert "Somebody has reserved this ticket, so it can't change now." in page.text
    assert not page.has("#title")

    page = await seller.open("/tickets/mine")
    assert page.one(".row-item .state").text == "Reserved"
    assert not page.has(".row-item .btn")


async def test_a_reservation_while_editing(seller: Browser, buyer: Browser) -> None:
    """Saving too late tells the same."""
    id = await sell(seller)
    await seller.open(f"/tickets/{id}/edit")
    await buyer.open(f"/tickets/{id}")
    await buyer.send("Purchase")

    page = await seller.send("Save", title="Dearer", price="99")

    assert page.status == 400
    assert "Somebody has reserved this ticket" in page.text


async def test_nobody_edits_anothers_ticket(seller: Browser, buyer: Browser) -> None:
    """A stranger's edit page has no form, and a stranger's save changes nothing."""
    id = await sell(seller)

    page = await buyer.open(f"/tickets/{id}/edit")
    assert page.status == 403
    assert "belongs to somebody else" in page.text

    page = await buyer.post(f"/tickets/{id}/edit", {"title": "Mine", "price": "1"})
    assert page.status == 403
    page = await buyer.open(f"/tickets/{id}")
    assert "Swan Lake" in page.text
