"""Buyers whose banks want to hear from them."""

import asyncio
from typing import TYPE_CHECKING

from infra.tests.chaos.api import Answer, Api
from infra.tests.chaos.journal import JSON
from infra.tests.chaos.users import CARDS, Buyer

if TYPE_CHECKING:
    from infra.tests.simulation.world import World


class AuthenticatingBuyer(Buyer):
    """Confirms with the bank, or does not, and then comes back to the shop, or does not."""

    cards = CARDS | {"tok_threeDSecureRequired": 25}

    def __init__(self, world: "World", api: Api, name: str, stop: asyncio.Event) -> None:
        super().__init__(api, name, stop)
        self._world = world

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
        told = await self._world.stripe.control.ask("POST", path, {"outcome": outcome})
        if told.get("status") == "succeeded":
            self._world.authenticated.setdefault(order, self._world.loop.time())
