"""GET /api/tickets/:id/state"""

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import Ticket


@pytest.mark.parametrize("state", ["listed", "reserved", "sold", "withdrawn"])
async def test_everyone_is_told_what_became_of_it(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    tickets: Store[Ticket],
    sales: Store[Sale],
    state: str,
) -> None:
    """But what a sale brought, only its seller is."""
    order, seller = new_id(), new_id()
    ticket = Ticket(id=new_id(), title="t", price=450, user_id=seller)
    if state in ("reserved", "sold"):
        ticket = ticket.model_copy(update={"order_id": order})
    if state == "withdrawn":
        ticket = ticket.with_listing().model_copy(update={"withdrawn": True})
    await tickets.save(ticket)
    if state == "sold":
        await sales.save(Sale(id=order, price=45))

    url = f"/api/tickets/{ticket.id}/state"
    strangers = [await api.get(url), await api.get(url, headers=sign_in())]
    sellers = await api.get(url, headers=sign_in(seller))

    assert [each.json() for each in strangers] == [{"state": state}] * 2
    brought = {"soldFor": 45} if state == "sold" else {}
    assert sellers.json() == {"state": state, **brought}


async def test_none_such_is_404(api: httpx.AsyncClient) -> None:
    """As the ticket itself."""
    assert (await api.get(f"/api/tickets/{new_id()}/state")).status_code == 404
