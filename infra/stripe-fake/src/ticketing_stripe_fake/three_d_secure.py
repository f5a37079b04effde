"""3-D Secure as the cardholder sees it: a page with two buttons, or one request from a test."""

from html import escape
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ticketing_stripe_fake.api import attempts, render
from ticketing_stripe_fake.api.operation import Call
from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.forms import parse_form, parse_pairs
from ticketing_stripe_fake.ledger import Transaction
from ticketing_stripe_fake.objects import PaymentIntent, PaymentMethod

OUTCOMES = ("succeeded", "failed")

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>3D Secure test page</title>
<h1>3D Secure test page</h1><p>{message}</p>
<form method="post">
<button name="outcome" value="succeeded">Complete authentication</button>
<button name="outcome" value="failed">Fail authentication</button>
</form></html>"""


def routes(fake: Fake) -> list[Route]:
    path = "/_fake/payment_intents/{id}/authentication"

    async def page(request: Request) -> Response:
        intent = fake.ledger.table(PaymentIntent).get(request.path_params["id"])
        if intent is None:
            return HTMLResponse(_PAGE.format(message="No such payment."), 404)
        return HTMLResponse(_PAGE.format(message=escape(f"This payment is {intent.status}.")))

    async def authenticate(request: Request) -> Response:
        body = await request.body()
        from_page = "urlencoded" in request.headers.get("content-type", "")
        asked = parse_form(parse_pairs(body.decode())) if from_page else orjson.loads(body)
        id, outcome = request.path_params["id"], str(asked.get("outcome"))
        try:
            intent = finish(fake, id, outcome, base_url=str(request.base_url))
        except (LookupError, ValueError) as error:
            status = 404 if isinstance(error, LookupError) else 400
            return Response(orjson.dumps({"error": str(error)}), status)
        back = intent.return_url or request.query_params.get("return_url")
        if from_page and back:
            return RedirectResponse(_with_result(back, intent), 303)
        content = orjson.dumps(render.payment_intent(intent))
        return Response(content, media_type="application/json")

    return [Route(path, page, methods=["GET"]), Route(path, authenticate, methods=["POST"])]


def finish(fake: Fake, id: str, outcome: str, *, base_url: str = "") -> PaymentIntent:
    """Raises LookupError for an unknown intent, ValueError for one that awaits no cardholder."""
    transaction = Transaction(fake.ledger)
    intent = transaction.get(PaymentIntent, id)
    if intent is None:
        raise LookupError("no such payment intent")
    method = transaction.get(PaymentMethod, intent.payment_method or "")
    if intent.status != "requires_action" or method is None:
        raise ValueError(f"this payment intent awaits no authentication: it is {intent.status}")
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}")
    call = Call(transaction, {}, id, base_url)
    try:
        if outcome == "failed":
            raise attempts.declined(call, intent, method, attempts.AUTHENTICATION_FAILED)
        attempts.charge(call, intent, method)
    except StripeError:
        pass  # the cardholder sees it on the intent, as its last_payment_error
    transaction.commit()
    return fake.ledger.table(PaymentIntent).get(id) or intent


def _with_result(return_url: str, intent: PaymentIntent) -> str:
    """Where Stripe sends the browser afterwards, with what it adds to the URL."""
    status = "succeeded" if intent.status == "succeeded" else "failed"
    added = urlencode(
        {
            "payment_intent": intent.id,
            "payment_intent_client_secret": intent.client_secret,
            "redirect_status": status,
        }
    )
    return f"{return_url}{'&' if '?' in return_url else '?'}{added}"
