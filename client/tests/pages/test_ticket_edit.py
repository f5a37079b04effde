"""/tickets/:id/edit : changing a ticket, while nobody has it."""

from decimal import Decimal

import pytest

from client.tests.pages.selling import sell
from ticketing_client.models import Ticket
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi
from ticketing_client.ticket_form import is_as


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


@pytest.mark.parametrize("taken_down", [False, True])
async def test_a_second_tab(api: FakeApi, seller: Browser, taken_down: bool) -> None:
    """It does not take back what the first one saved, nor put up what was taken down, but asks."""
    id = await sell(seller)
    (ticket,) = api.market.tickets.values()
    await seller.open(f"/tickets/{id}/edit")
    ticket.update({"withdrawn": True} if taken_down else {"price": 80})

    page = await seller.send("Save", venue="Hall B")

    assert page.status == 409
    assert "This ticket has changed since you opened this form" in page.one(".alert").text
    said = "It is taken down" if taken_down else "It is on sale as “Swan Lake” for $80.00."
    assert said in page.text
    assert page.one("#venue")["value"] == "Hall B"
    assert ticket.get("venue") is None

    await seller.send("Save and put on sale" if taken_down else "Save")
    assert (ticket["price"], ticket["venue"]) == (19.99, "Hall B")


async def test_a_form_that_is_sent_twice(seller: Browser) -> None:
    """The second time nothing has changed but what the first one did."""
    id = await sell(seller)
    page = await seller.open(f"/tickets/{id}/edit")
    inputs = page.soup.select("form.panel input")
    form = {str(each["name"]): str(each.get("value", "")) for each in inputs}
    form |= {"title": "Swan Lake, box 2", "startsAt": "2027-05-01T19:30", "zone": "+02:00"}

    for _ in range(2):
        page = await seller.post(f"/tickets/{id}/edit", form)

        assert "Saved: “Swan Lake, box 2” for $19.99." in page.text


def test_what_is_stored_is_what_was_typed() -> None:
    """The API keeps one form of each letter, and no blanks around."""
    ticket = Ticket(id="1", user_id="2", title="Café", price=Decimal("20"), venue="Hall")
    body = {"title": " Cafe\u0301 ", "price": "20.00", "startsAt": None, "venue": "Hall"}

    assert is_as(ticket, body)
    assert not is_as(ticket, {**body, "venue": None})
