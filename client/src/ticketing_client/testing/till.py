"""The fake's payments: what each test token does."""

from dataclasses import dataclass, field

import httpx

from ticketing_client.testing.answers import Json, Refusal, find, new_id, refusal, signed_in

DECLINED = "Your card was declined."
OUTAGE = "Payments do not work at the moment. You were not charged."
CONFIRM = "Your bank asks you to confirm this payment"
SECRET = "pi_1_secret_2"


@dataclass
class Till:
    """`payments` by order. `tok_lost` is a payment of which nobody knows yet whether it worked."""

    payments: dict[str, Json] = field(default_factory=dict)

    def open(self, order: Json) -> None:
        amount = order["ticket"]["price"]
        quiet = {"clientSecret": None, "message": None}
        self.payments[order["id"]] = {"status": "none", "amount": amount, **quiet}

    def answer(self, method: str, order: Json, body: Json, visitor: str | None) -> httpx.Response:
        payment = find(self.payments, order["id"])
        if order["userId"] != signed_in(visitor):
            raise refusal(401, "Not authorized")
        if method == "GET":
            return httpx.Response(200, json={"orderId": order["id"], **payment})
        self._pay(order, payment, body["token"])
        return httpx.Response(201, json={"id": new_id()})

    def _pay(self, order: Json, payment: Json, token: str) -> None:
        if order["status"] == "cancelled":
            raise refusal(400, "Cannot pay for a cancelled order")
        if payment["status"] == "charged":
            raise refusal(400, "Order is already paid")
        if payment["status"] == "charging":
            raise refusal(400, "A payment is already in progress")
        confirmed = payment["clientSecret"] is not None
        payment.update(clientSecret=None, message=None)
        if token == "tok_malformed":
            raise refusal(400, "Token is not one")
        if token.startswith("tok_chargeDeclined"):
            payment["message"] = DECLINED
            raise refusal(400, DECLINED)
        if token == "tok_outage":
            payment["message"] = OUTAGE
            raise refusal(503, OUTAGE)
        if token == "tok_lost":
            payment["status"] = "charging"
            raise refusal(503, "Your payment is being confirmed, do not pay again")
        if token == "tok_threeDSecure2Required" and not confirmed:
            payment["clientSecret"] = SECRET
            raise Refusal(400, {"message": CONFIRM}, clientSecret=SECRET)
        payment["status"] = "charged"
