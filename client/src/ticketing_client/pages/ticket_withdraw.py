"""POST /tickets/:id/withdraw : take one's ticket down."""

from fastapi import APIRouter
from fastapi.responses import Response

from ticketing_client.forms import NO_ANSWER
from ticketing_client.page import Page
from ticketing_client.pages.ticket_show import Look, look_at, render_ticket
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError
from ticketing_common.types import Id

router = APIRouter()

HELD = "Somebody was faster: this ticket has just been reserved, so it can't be taken down now."
SOLD = "This ticket is sold, so it can't be taken down any more."
TAKEN = "Somebody has this ticket, so it can't be taken down now."
FREE_AGAIN = "Somebody had reserved this ticket just then, so it was not taken down."


@router.post("/tickets/{id}/withdraw")
async def withdraw(page: Page, id: Id) -> Response:
    page.require_session(f"/tickets/{id}")
    try:
        await page.api.withdraw_ticket(id)
    except ApiRefusedError as error:
        if error.status not in (400, 429):
            raise
        look = await look_at(page, id)
        if error.status == 429:
            return render_ticket(page, look, problem=f"{error.message}.", status=429)
        return render_ticket(page, look, problem=_why(look), status=409)
    except ApiUnavailableError:
        return render_ticket(page, await look_at(page, id), problem=NO_ANSWER, status=503)
    return page.redirect(f"/tickets/{id}")


def _why(look: Look) -> str:
    """Why it was not taken down, by how it is now."""
    if look.ticket.free:
        return FREE_AGAIN
    return {"sold": SOLD, "reserved": HELD}.get(look.state or "", TAKEN)
