"""3-D Secure as the cardholder sees it: a page with two buttons, or one request from a test."""

from urllib.parse import quote, urlencode

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ticketing_stripe_fake import bank_page
from ticketing_stripe_fake.api import attempts, render
from ticketing_stripe_fake.api.operation import Call
from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.forms import parse_form, parse_pairs
from ticketing_stripe_fake.ledger import Transaction
from ticketing_stripe_fake.objects import PaymentIntent, PaymentMethod

OUTCOMES = ("succeeded", "failed")


def routes(fake: Fake) -> list[Route]:
    path = "/_fake/payment_intents/{id}/authentication"

    async def page(request: Request) -> Response:
        intent = fake.ledger.table(PaymentIntent).get(request.path_params["id"])
        return _shown(fake, intent, _back(fake, intent, request)) if intent else bank_page.unknown()

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
        if from_page:
            back = _back(fake, intent, request)
            if back is None:
                return _shown(fake, intent, None)
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


def _shown(fake: Fake, intent: PaymentIntent, back: str | None) -> Response:
    method = fake.ledger.table(PaymentMethod).get(intent.payment_method or "")
    return bank_page.page(intent, method, back)


def _back(fake: Fake, intent: PaymentIntent, request: Request) -> str | None:
    """Where the shop said, in the intent or in the link here, or where its orders' pages are."""
    asked = intent.return_url or request.query_params.get("return_url")
    order = intent.metadata.get("order")
    if not asked and fake.order_url and order:
        asked = fake.order_url.replace("{order}", quote(order, safe=""))
    return bank_page.web_address(asked)


def _with_result(return_url: str, intent: PaymentIntent) -> str:
    """Where Stripe sends the browser afterwards, with what it adds to the URL."""
    status = "succeeded" if intent.status in ("succeeded", "processing") else "failed"
    added = urlencode(
        {
            "payment_intent": intent.id,
            "payment_intent_client_secret": intent.client_secret,
            "redirect_status": status,
        }
    )
    return f"{return_url}{'&' if '?' in return_url else '?'}{added}"
