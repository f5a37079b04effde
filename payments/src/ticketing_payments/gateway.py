"""Stripe, as this service needs it: the only module that knows its library.

Nothing here retries by itself: a retry is a decision, and decisions are stored first.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import stripe
from aiohttp import ClientTimeout

from ticketing_common.errors import ServiceUnavailableError

Params = dict[str, Any]
StripeObject = dict[str, Any]  # an object as Stripe's JSON has it

INTENTS = "/v1/payment_intents"
REFUNDS = "/v1/refunds"
REFUND_ENDED = ("failed", "canceled")  # states in which a refund gives nothing back

stripe.enable_telemetry = False  # which tells Stripe of this machine and how fast it was


class IntentStatus(StrEnum):
    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Intent:
    """A PaymentIntent; `message` is that of its last decline."""

    id: str
    status: str
    amount: int  # cents
    charge_id: str | None
    client_secret: str | None
    message: str | None


class StripeUnavailableError(ServiceUnavailableError):
    """No answer, or "try again": it may have been done, or may yet be."""


class StripeFailedError(StripeUnavailableError):
    """Stripe answered with a failure of its own, and will answer the same for this key again."""


class RefusedError(Exception):
    """Stripe understood and will not do it, whatever we try; `code` says why."""

    def __init__(self, message: str, code: str | None) -> None:
        super().__init__(message)
        self.code = code


class CardDeclinedError(RefusedError):
    """The card was refused; the message is for its holder."""


class StripeGateway:
    """`timeout` bounds one call, in seconds.

    It asks by `raw_request`: wrapping each answer into the library's objects is half of a call's
    CPU (measured), and a handful of its fields is all that is read.
    """

    def __init__(self, key: str, api_base: str, timeout: float) -> None:
        self.timeout = timeout
        # Measured: half the CPU of its httpx client for a charge. `_ask` bounds the whole call.
        self._http = stripe.AIOHTTPClient(timeout=ClientTimeout(total=timeout))
        self._client = stripe.StripeClient(
            key, base_addresses={"api": api_base}, max_network_retries=0, http_client=self._http
        )

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def create(self, order_id: str, number: int, amount: int) -> Intent:
        """A new intent over so many cents, unconfirmed: it can't charge anyone yet."""
        params = {
            "amount": amount,
            "currency": "usd",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {"order": order_id},
        }
        return _intent(await self._post(INTENTS, params, key=f"pi/{order_id}/{number}"))

    async def confirm(self, intent_id: str, token: str, order_id: str, attempt: int) -> Intent:
        """Charge the card; raise `CardDeclinedError` where it is refused.

        `token` is a card token (`tok_...`) or a payment method (`pm_...`).
        """
        method: Params = {"payment_method": token}
        if not token.startswith("pm_"):
            method = {"payment_method_data": {"type": "card", "card": {"token": token}}}
        path = f"{INTENTS}/{intent_id}/confirm"
        return _intent(await self._post(path, method, key=f"confirm/{order_id}/{attempt}"))

    async def retrieve(self, intent_id: str) -> Intent:
        """Never raise `RefusedError`: what can't be shown may have charged all the same."""
        try:
            return _intent(await self._ask("get", f"{INTENTS}/{intent_id}"))
        except RefusedError as error:
            raise StripeUnavailableError from error

    async def cancel(self, intent_id: str) -> Intent:
        """Raise `RefusedError` where it can't be cancelled any more."""
        return _intent(await self._ask("post", f"{INTENTS}/{intent_id}/cancel"))

    async def refund(self, intent: Intent, order_id: str, number: int) -> str:
        """Give all of it back, unless that was done before; return the last refund's id.

        Raise `StripeUnavailableError` while a refund is under way: it may yet fail. One that
        failed has used up its key, so each of them counts into the next one's.
        """
        refunds = await self._refunds_of(intent)
        if done := _given_back(intent, refunds):
            return done
        number += sum(refund["status"] in REFUND_ENDED for refund in refunds)
        params = {"payment_intent": intent.id}
        try:
            refund = await self._post(REFUNDS, params, key=f"refund/{order_id}/{number}")
        except RefusedError as error:
            if error.code != "charge_already_refunded":
                raise
            return _given_back(intent, await self._refunds_of(intent)) or error.code
        if refund["status"] != "succeeded":
            raise StripeUnavailableError
        return str(refund["id"])

    async def _refunds_of(self, intent: Intent) -> list[StripeObject]:
        found = await self._ask("get", REFUNDS, payment_intent=intent.id, limit=100)
        refunds: list[StripeObject] = found["data"]
        if found.get("has_more"):  # a hundred that failed: a person has to look
            raise StripeUnavailableError
        return refunds

    async def _post(self, path: str, params: Params, key: str) -> StripeObject:
        return await self._ask("post", path, **params, idempotency_key=key)

    async def _ask(self, method: str, path: str, **params: Any) -> StripeObject:
        """Only Stripe's own words say that nothing was done; all else leaves it open."""
        try:
            async with asyncio.timeout(self.timeout):
                answer = await self._client.raw_request_async(method, path, **params)
                return dict(answer.data)
        except stripe.CardError as error:
            message = error.user_message or "Your card was declined."
            raise CardDeclinedError(message, error.code) from error
        except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
            if error.code == "lock_timeout":
                raise StripeUnavailableError from error
            raise RefusedError(str(error), error.code) from error
        except stripe.StripeError as error:
            failed = (error.http_status or 0) >= 500
            raise (StripeFailedError if failed else StripeUnavailableError) from error
        except Exception as error:  # the library stumbles over answers that are not Stripe's
            raise StripeUnavailableError from error


def _given_back(intent: Intent, refunds: list[StripeObject]) -> str | None:
    """The last refund's id where all of the intent's amount has been given back."""
    begun = [refund for refund in refunds if refund["status"] not in REFUND_ENDED]
    if sum(refund["amount"] for refund in begun) < intent.amount:
        return None
    if any(refund["status"] != "succeeded" for refund in begun):
        raise StripeUnavailableError
    return str(begun[0]["id"])


def _intent(found: StripeObject) -> Intent:
    try:
        failure = found.get("last_payment_error")
        return Intent(
            id=found["id"],
            status=found["status"],
            amount=found["amount"],
            charge_id=_charge_id(found),
            client_secret=found.get("client_secret"),
            message=failure.get("message") if failure else None,
        )
    except (KeyError, AttributeError, TypeError) as error:  # an answer, but not Stripe's
        raise StripeUnavailableError from error


def _charge_id(found: StripeObject) -> str | None:
    """Raise `KeyError` for a success without one: then it is not known what was charged."""
    charge = found.get("latest_charge")
    if isinstance(charge, dict):  # expanded
        charge = charge["id"]
    if charge is None and found["status"] == IntentStatus.SUCCEEDED:
        raise KeyError("latest_charge")
    return charge
