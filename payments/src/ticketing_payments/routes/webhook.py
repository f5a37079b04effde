"""POST /api/payments/webhook: Stripe says that something has happened."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request

from ticketing_common.errors import NotFoundError
from ticketing_common.middlewares.validate_request import RawBody
from ticketing_common.routing import WebhookRoute
from ticketing_payments.gateway.webhook import event_of
from ticketing_payments.notices import Noticed

router = APIRouter(route_class=WebhookRoute)


def _secrets(request: Request) -> tuple[str, ...]:
    """Raise `NotFoundError` where no webhook is configured."""
    secrets: tuple[str, ...] = request.app.state.webhook_secrets
    if not secrets:
        raise NotFoundError
    return secrets


@router.post(
    "/api/payments/webhook",
    include_in_schema=False,
)
async def webhook(
    request: Request,
    body: RawBody,
    secrets: Annotated[tuple[str, ...], Depends(_secrets)],
    notices: Noticed,
) -> None:
    """200 once what the event asks for is stored; any other answer makes Stripe send it again."""
    signature = request.headers.get("stripe-signature")
    await notices.take(event_of(body, signature, secrets))
