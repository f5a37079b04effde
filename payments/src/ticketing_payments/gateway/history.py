"""An intent's steps at Stripe, for people to read; nothing is decided by them."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ticketing_payments.gateway.gateway import DISPUTES, INTENTS, MOST, REFUNDS, StripeGateway
from ticketing_payments.gateway.objects import StripeObject, parsed

CHARGES = "/v1/charges"


@dataclass(frozen=True, slots=True)
class StripeStep:
    at: datetime
    what: str


async def history(gateway: StripeGateway, intent_id: str) -> list[StripeStep]:
    """What it was made, tried and given back for: of each the last hundred, the oldest first, as
    Stripe's clock only counts seconds.

    Raises `StripeUnavailableError`, and `RefusedError` where Stripe has no such intent.
    """
    whose = {"payment_intent": intent_id, "limit": MOST}
    intent, *pages = await asyncio.gather(
        gateway.read(f"{INTENTS}/{intent_id}"),
        *(gateway.read(path, whose) for path in (CHARGES, REFUNDS, DISPUTES)),
    )
    steps = parsed(lambda found: [_step(found, _intent(found))], intent)
    for page, say in zip(pages, (_charge, _refund, _dispute), strict=True):
        steps += parsed(lambda found, say=say: list(_steps(found["data"][::-1], say)), page)  # type: ignore[misc]
    return steps


def _steps(
    objects: Iterable[StripeObject], say: Callable[[StripeObject], str]
) -> Iterable[StripeStep]:
    return (_step(found, say(found)) for found in objects)


def _step(found: StripeObject, said: str) -> StripeStep:
    return StripeStep(datetime.fromtimestamp(found["created"], UTC), said)


def _intent(found: StripeObject) -> str:
    return f"Stripe: intent {found['id']} over {_dollars(found)}, {found['status']} now"


def _charge(found: StripeObject) -> str:
    why = f": {found['failure_message']}" if found.get("failure_message") else ""
    return f"Stripe: card tried, charge {found['id']} {found['status']}{why}"


def _refund(found: StripeObject) -> str:
    return f"Stripe: refund {found['id']} of {_dollars(found)}, {found['status']} now"


def _dispute(found: StripeObject) -> str:
    return f"Stripe: dispute {found['id']} over {_dollars(found)}, {found['status']} now"


def _dollars(found: StripeObject) -> str:
    return f"${found['amount'] / 100:,.2f}"
