"""The control API under /_fake: faults, the ledger for checkers, what cardholder and bank do.

It has no authentication: whoever reaches it may charge, refund and dispute for anybody, and lose
anybody's answer. It belongs on loopback, or in a cluster that only developers reach.
"""

from dataclasses import fields
from typing import Any

import orjson
from starlette.requests import Request
from starlette.routing import Route

from ticketing_stripe_fake import control_webhooks, dashboard, report, three_d_secure
from ticketing_stripe_fake.control_route import Handler, control_route
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.faults import Fault


def routes(fake: Fake) -> list[Route]:
    def route(method: str, path: str, handler: Handler) -> Route:
        return control_route(fake, method, path, handler)

    return [
        route("GET", "/ledger", _ledger),
        route("GET", "/requests", _requests),
        route("DELETE", "/requests", _forget_requests),
        route("GET", "/faults", _faults),
        route("POST", "/faults", _add_faults),
        route("DELETE", "/faults", _clear_faults),
        route("DELETE", "/faults/{id:int}", _remove_fault),
        route("GET", "/idempotency_keys", _keys),
        route("PUT", "/idempotency_keys", _set_ttl),
        route("DELETE", "/idempotency_keys", _forget_keys),
        route("POST", "/reset", _reset),
        *dashboard.routes(fake),
        *control_webhooks.routes(fake),
        *three_d_secure.routes(fake),
    ]


async def _ledger(fake: Fake, request: Request) -> Any:
    asked = request.query_params
    by = asked.get("by", "order")
    return report.ledger(fake.ledger, by, asked.get("order"), objects=asked.get("objects") != "no")


async def _requests(fake: Fake, _: Request) -> Any:
    return fake.counts.as_json()


async def _forget_requests(fake: Fake, _: Request) -> Any:
    fake.counts.clear()
    return fake.counts.as_json()


async def _faults(fake: Fake, _: Request) -> Any:
    return [_shown(fault) for fault in fake.faults.all()]


async def _add_faults(fake: Fake, request: Request) -> Any:
    asked = orjson.loads(await request.body())
    added = [Fault(**each) for each in (asked if isinstance(asked, list) else [asked])]
    return [_shown(fake.faults.add(fault)) for fault in added]


async def _clear_faults(fake: Fake, _: Request) -> Any:
    fake.faults.clear()
    return []


async def _remove_fault(fake: Fake, request: Request) -> Any:
    if not fake.faults.remove(request.path_params["id"]):
        raise LookupError("no such fault")
    return [_shown(fault) for fault in fake.faults.all()]


async def _keys(fake: Fake, _: Request) -> Any:
    return {"ttl_seconds": fake.keys.ttl_seconds, "kept": len(fake.keys)}


async def _set_ttl(fake: Fake, request: Request) -> Any:
    fake.keys.ttl_seconds = float(orjson.loads(await request.body())["ttl_seconds"])
    return await _keys(fake, request)


async def _forget_keys(fake: Fake, request: Request) -> Any:
    return {"forgotten": fake.keys.forget(request.query_params.get("key"))}


async def _reset(fake: Fake, _: Request) -> Any:
    fake.reset()
    return {}


def _shown(fault: Fault) -> dict[str, Any]:
    return {field.name: getattr(fault, field.name) for field in fields(fault)}
