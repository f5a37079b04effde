"""/check/:code : whether what somebody shows at the door is worth anything. For everybody."""

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ticketing_client.models import Admission, Ticket
from ticketing_client.page import Page, PageContext, attempt
from ticketing_client.transport import ApiRefusedError

router = APIRouter()

LONGEST = 100  # characters, of which ours has 64: nothing longer is asked about


@router.get("/check/{code}")
async def show(page: Page, code: str) -> HTMLResponse:
    account, (admission, ticket) = await page.with_account(_known(page, code))
    return page.render(
        "check.html",
        account,
        status=200 if admission else 404,
        admission=admission,
        ticket=ticket,
        now=datetime.now(UTC),
    )


async def _known(page: PageContext, code: str) -> tuple[Admission | None, Ticket | None]:
    """Beside who is looking: if auth hangs, there would be no time left for the ticket."""
    admission = await _admission(page, code)
    return admission, await _ticket(page, admission) if admission else None


async def _admission(page: PageContext, code: str) -> Admission | None:
    if not code.isascii() or not code.isalnum() or len(code) > LONGEST:
        return None
    try:
        return await page.api.admission(code)
    except ApiRefusedError as error:
        if error.status != 404:
            raise
        return None


async def _ticket(page: PageContext, admission: Admission) -> Ticket | None:
    try:
        return await attempt(page.api.ticket(admission.ticket_id))
    except ApiRefusedError:
        return None
