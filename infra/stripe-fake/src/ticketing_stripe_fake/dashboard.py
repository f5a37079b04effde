"""What people do in Stripe's dashboard, and banks behind it: refunds, disputes, their ends."""

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from ticketing_stripe_fake.api import disputes, refunds, render
from ticketing_stripe_fake.api.operation import Call
from ticketing_stripe_fake.api.render_dispute import dispute as rendered
from ticketing_stripe_fake.control_route import asked_of, control_route
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.ledger import Transaction
from ticketing_stripe_fake.objects import Charge, Dispute, PaymentIntent, Refund


def routes(fake: Fake) -> list[Route]:
    return [
        control_route(fake, "POST", "/refunds", _refund),
        control_route(fake, "POST", "/refunds/{id}/settlement", _settle_refund),
        control_route(fake, "POST", "/disputes", _open_dispute),
        control_route(fake, "POST", "/disputes/{id}/status", _move_dispute),
    ]


async def _refund(fake: Fake, request: Request) -> Any:
    """Of `payment_intent` or `charge`, all of it or an `amount`; it bears no metadata."""
    asked = await asked_of(request)
    fields = {name: str(value) for name, value in asked.items()}
    operation = next(each for each in refunds.OPERATIONS if each.method == "POST")
    call = _call(fake, params=operation.read({**fields}))
    refund = refunds.create(call)
    call.transaction.commit()
    return refund


async def _settle_refund(fake: Fake, request: Request) -> Any:
    status = str((await asked_of(request)).get("status"))
    call = _call(fake, request.path_params["id"])
    refund = call.transaction.get(Refund, call.id)
    if refund is None:
        raise LookupError("no such refund")
    settled = refunds.settle(call, refund, status)
    call.transaction.commit()
    return render.refund(settled)


async def _open_dispute(fake: Fake, request: Request) -> Any:
    """Of `payment_intent` or `charge`, as the card's holder would."""
    asked = await asked_of(request)
    call = _call(fake)
    intent = call.transaction.get(PaymentIntent, str(asked.get("payment_intent")))
    id = intent.latest_charge if intent else asked.get("charge")
    charge = call.transaction.get(Charge, str(id))
    if charge is None:
        raise LookupError("no such charge")
    opened = disputes.open_for(call, charge, inquiry=bool(asked.get("inquiry")))
    if opened is None:
        raise ValueError(f"charge {charge.id} was disputed before, or is refunded")
    call.transaction.commit()
    return rendered(opened)


async def _move_dispute(fake: Fake, request: Request) -> Any:
    status = str((await asked_of(request)).get("status"))
    call = _call(fake, request.path_params["id"])
    found = call.transaction.get(Dispute, call.id)
    if found is None:
        raise LookupError("no such dispute")
    moved = disputes.move(call, found, status)
    call.transaction.commit()
    return rendered(moved)


def _call(fake: Fake, id: str = "", params: dict[str, Any] | None = None) -> Call:
    return Call(Transaction(fake.ledger), params or {}, id, "")
