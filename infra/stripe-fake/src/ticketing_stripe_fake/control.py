"""The control API under /_fake: faults, the ledger for checkers, what cardholder and bank do.

It has no authentication: whoever reaches it may charge nobody, but may lose anybody's answer.
"""

from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any, TypeAlias

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ticketing_stripe_fake import report, three_d_secure
from ticketing_stripe_fake.api import refunds, render
from ticketing_stripe_fake.api.operation import Call
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.faults import Fault
from ticketing_stripe_fake.ledger import Transaction
from ticketing_stripe_fake.objects import Refund

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Handler: TypeAlias = Callable[[Fake, Request], Awaitable[Any]]


def routes(fake: Fake) -> list[Route]:
    def route(method: str, path: str, handler: Handler) -> Route:
        return Route(f"/_fake{path}", _json_endpoint(fake, handler), methods=[method])

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
        route("POST", "/refunds/{id}/settlement", _settle_refund),
        route("POST", "/reset", _reset),
        *three_d_secure.routes(fake),
    ]


def _json_endpoint(fake: Fake, handler: Handler) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            content, status = await handler(fake, request), 200
        except LookupError as error:
            content, status = {"error": str(error)}, 404
        except (TypeError, ValueError) as error:  # what was asked makes no sense
            content, status = {"error": str(error)}, 400
        return Response(orjson.dumps(content), status, media_type="application/json")

    return endpoint


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


async def _settle_refund(fake: Fake, request: Request) -> Any:
    transaction = Transaction(fake.ledger)
    refund = transaction.get(Refund, request.path_params["id"])
    if refund is None:
        raise LookupError("no such refund")
    status = orjson.loads(await request.body())["status"]
    call = Call(transaction, {}, refund.id, str(request.base_url))
    settled = refunds.settle(call, refund, status)
    transaction.commit()
    return render.refund(settled)


async def _reset(fake: Fake, _: Request) -> Any:
    fake.reset()
    return {}


def _shown(fault: Fault) -> dict[str, Any]:
    return {field.name: getattr(fault, field.name) for field in fields(fault)}
