"""Where events are sent to, what became of them, and how long things take by themselves."""

from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from ticketing_stripe_fake.control_route import asked_of, control_route
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.webhooks import Endpoint


def routes(fake: Fake) -> list[Route]:
    return [
        control_route(fake, "GET", "/webhooks", _webhooks),
        control_route(fake, "PUT", "/webhooks", _send_to),
        control_route(fake, "DELETE", "/webhooks", _send_nowhere),
        control_route(fake, "GET", "/delays", _delays),
        control_route(fake, "PUT", "/delays", _set_delays),
    ]


async def _webhooks(fake: Fake, _: Request) -> Any:
    """Never the secret, which would let anybody sign."""
    webhooks = fake.webhooks
    return {
        "url": webhooks.endpoint.url if webhooks.endpoint else None,
        "waiting": webhooks.waiting(),
        "counts": webhooks.counts,
        "forged": webhooks.forged,
    }


async def _send_to(fake: Fake, request: Request) -> Any:
    asked = await asked_of(request)
    fake.webhooks.send_to(Endpoint(**asked | {"events": tuple(asked.get("events", ["*"]))}))
    return await _webhooks(fake, request)


async def _send_nowhere(fake: Fake, request: Request) -> Any:
    fake.webhooks.send_to(None)
    return await _webhooks(fake, request)


async def _delays(fake: Fake, _: Request) -> Any:
    return {**asdict(fake.ledger.delays), "planned": fake.later.planned()}


async def _set_delays(fake: Fake, request: Request) -> Any:
    """Of what is not planned yet."""
    fake.ledger.delays = replace(fake.ledger.delays, **await asked_of(request))
    return await _delays(fake, request)
