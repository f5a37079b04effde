"""Charging cards and giving the money back, at Stripe."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ticketing_payments.gateway.calls import NOT_FOUND, Calls
from ticketing_payments.gateway.errors import (
    NotFoundAtStripeError,
    RefusedError,
    StripeUnavailableError,
)
from ticketing_payments.gateway.objects import (
    Intent,
    Refund,
    StripeDispute,
    StripeObject,
    parsed,
    to_dispute,
    to_intent,
    to_refund,
)

INTENTS = "/v1/payment_intents"
REFUNDS = "/v1/refunds"
DISPUTES = "/v1/disputes"
MOST = 100  # refunds or disputes of one intent: more of them than any has

T = TypeVar("T")


class StripeGateway(Calls):
    """Stripe's payment intents, refunds and disputes."""

    descriptor_suffix: str | None = None  # what the cardholder's statement says after our name

    async def create(self, order_id: str, number: int, amount: int) -> Intent:
        """A new intent over so many cents, unconfirmed: it can't charge anyone yet."""
        params: dict[str, Any] = {
            "amount": amount,
            "currency": "usd",
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
            "metadata[order]": order_id,
        }
        if self.descriptor_suffix:
            params["statement_descriptor_suffix"] = self.descriptor_suffix
        found = await self._post(INTENTS, params, key=f"pi/{order_id}/{number}")
        return parsed(to_intent, found)

    async def confirm(
        self, intent_id: str, token: str, order_id: str, attempt: int, email: str | None = None
    ) -> Intent:
        """Charge the card; raise `CardDeclinedError` where it is refused.

        `token` is a payment method (`pm_...`), made by Stripe.js, which then also handles what
        the bank asks; or a card token (`tok_...`). Stripe sends its receipt to `email`, where it
        takes it for an address: a receipt is no reason to refuse a payment.
        """
        params = {"payment_method": token, "use_stripe_sdk": "true"}
        if not token.startswith("pm_"):
            params = {
                "payment_method_data[type]": "card",
                "payment_method_data[card][token]": token,
            }
        path, key = f"{INTENTS}/{intent_id}/confirm", f"confirm/{order_id}/{attempt}"
        if email:
            try:
                found = await self._post(path, {**params, "receipt_email": email}, key)
                return parsed(to_intent, found)
            except RefusedError as error:
                if error.param != "receipt_email":
                    raise
                key += "/no-receipt"
        return parsed(to_intent, await self._post(path, params, key))

    async def retrieve(self, intent_id: str) -> Intent:
        """Never raise `RefusedError`: what can't be shown may have charged all the same.

        Raises `NotFoundAtStripeError` where Stripe has none of that id.
        """
        try:
            found = await self._get(f"{INTENTS}/{intent_id}", {"expand[0]": "latest_charge"})
        except RefusedError as error:
            missing = error.code == NOT_FOUND
            raise (NotFoundAtStripeError if missing else StripeUnavailableError) from error
        return parsed(to_intent, found)

    async def cancel(self, intent_id: str) -> Intent:
        """Raise `RefusedError` where it can't be cancelled any more."""
        return parsed(to_intent, await self._post(f"{INTENTS}/{intent_id}/cancel"))

    async def refund(self, intent_id: str, order_id: str, number: int) -> Refund:
        """Give back whatever has not gone back yet. It may be pending, and may fail later.

        Raises `RefusedError`, among others where all of it is on its way back already.
        """
        params = {"payment_intent": intent_id}
        found = await self._post(REFUNDS, params, key=f"refund/{order_id}/{number}")
        return parsed(to_refund, found)

    async def refunds_of(self, intent_id: str) -> list[Refund]:
        """The newest first, whoever made them."""
        return await self._all_of(REFUNDS, intent_id, to_refund)

    async def disputes_of(self, intent_id: str) -> list[StripeDispute]:
        """The newest first."""
        return await self._all_of(DISPUTES, intent_id, to_dispute)

    async def read(self, path: str, params: Mapping[str, Any] | None = None) -> StripeObject:
        """Any object as Stripe shows it. Raises `RefusedError` where there is none."""
        return await self._get(path, params)

    async def _all_of(
        self, path: str, intent_id: str, parse: Callable[[StripeObject], T]
    ) -> list[T]:
        found = await self._get(path, {"payment_intent": intent_id, "limit": MOST})
        if found.get("has_more"):
            raise StripeUnavailableError
        return parsed(lambda page: [parse(each) for each in page["data"]], found)
