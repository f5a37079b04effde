"""The stand-in for Stripe, from its other side: faults, the bank's page, the ledger."""

import time
from typing import Any

import httpx


class Stripe:
    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/_fake")
        self.api = httpx.Client(base_url=f"{url}/v1", auth=("sk_test_e2e", ""))

    def payment_method(self, kind: str, token: str) -> str:
        """What Stripe's script makes of a card: its id."""
        asked = {"type": kind, "card[token]": token}
        made = self.api.post("/payment_methods", data=asked).raise_for_status().json()
        return str(made["id"])

    def slow_down_next_confirmation(self, seconds: float) -> None:
        self._fault(kind="slow_response", seconds=seconds)

    def lose_next_confirmation(self) -> None:
        """The card is charged, but nobody hears of it."""
        self._fault(kind="lost_response")

    def bank_confirms(self, client_secret: str) -> None:
        self._bank(client_secret, "succeeded")

    def bank_refuses(self, client_secret: str) -> None:
        self._bank(client_secret, "failed")

    def charged(self, order_id: str) -> tuple[int, int]:
        """How many charges of the order succeeded, and over how many cents."""
        order = self._ledger(order_id)
        return order["charges"], order["charged"]

    def refunded(self, order_id: str) -> int:
        """Cents given back."""
        return int(self._ledger(order_id)["refunded"])

    def refund(self, order_id: str) -> None:
        """Somebody gives all of it back, in Stripe's dashboard."""
        (intent,) = self._ledger(order_id)["intents"]
        self.http.post("/refunds", json={"payment_intent": intent}).raise_for_status()

    def wait_until_charged(self, order_id: str, bound: float = 60) -> None:
        deadline = time.monotonic() + bound
        while self.charged(order_id)[0] == 0:
            assert time.monotonic() < deadline, "the card was not charged in time"
            time.sleep(0.05)

    def _fault(self, **fault: object) -> None:
        confirmation = {"method": "POST", "path": "/v1/payment_intents/*/confirm", "next": 1}
        self.http.post("/faults", json={**confirmation, **fault}).raise_for_status()

    def _bank(self, client_secret: str, outcome: str) -> None:
        intent = client_secret.partition("_secret_")[0]
        path = f"/payment_intents/{intent}/authentication"
        self.http.post(path, json={"outcome": outcome}).raise_for_status()

    def _ledger(self, order_id: str) -> dict[str, Any]:
        answer = self.http.get("/ledger", params={"order": order_id, "objects": "no"})
        nothing = {"charges": 0, "charged": 0, "refunded": 0}
        order: dict[str, Any] = answer.raise_for_status().json()["orders"].get(order_id, nothing)
        return order
