"""Buyers whose banks want to hear from them."""

import asyncio
from collections.abc import Callable

from infra.tests.chaos.api import Answer, Api
from infra.tests.chaos.journal import JSON
from infra.tests.chaos.users import CARDS, Buyer
from infra.tests.simulation.stripe import Stripe


class AuthenticatingBuyer(Buyer):
    """Confirms with the bank, or does not, and then comes back to the shop, or does not."""

    cards = CARDS | {"tok_threeDSecureRequired": 25}

    def __init__(
        self,
        api: Api,
        name: str,
        stop: asyncio.Event,
        stripe: Stripe,
        confirmed: Callable[[str], None],
    ) -> None:
        super().__init__(api, name, stop)
        self._stripe = stripe
        self._confirmed = confirmed  # told of each order whose payment the bank lets pass

    async def ask(self, method: str, path: str, body: JSON | None = None) -> Answer:
        answer = await super().ask(method, path, body)
        if body and isinstance(answer.body, dict) and (secret := answer.body.get("clientSecret")):
            await self._authenticate(body["orderId"], secret.partition("_secret_")[0])
            if self.dice.random() < 0.5:
                return await super().ask(method, path, body)
        return answer

    async def _authenticate(self, order: str, intent: str) -> None:
        await asyncio.sleep(self.dice.uniform(0.2, 5.0))
        outcome = "succeeded" if self.dice.random() < 0.85 else "failed"
        path = f"/payment_intents/{intent}/authentication"
        told = await self._stripe.control.ask("POST", path, {"outcome": outcome})
        if told.get("status") == "succeeded":
            self._confirmed(order)
