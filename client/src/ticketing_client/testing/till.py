"""The fake's payments: what each test token does."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from ticketing_client.testing.answers import Json, Refusal, find, moment, new_id, refusal, signed_in

DECLINED = "Your card was declined."
OUTAGE = "Payments do not work at the moment. You were not charged."
CONFIRM = "Your bank asks you to confirm this payment"
SECRET = "pi_1_secret_2"
CUTOFF = timedelta(seconds=20)  # before an order's end, for the last payment to begin


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
            return httpx.Response(200, json=_told(order, payment))
        self._pay(order, payment, body["token"])
        return httpx.Response(201, json={"id": new_id()})

    def admission(self, orders: dict[str, Json], code: str) -> httpx.Response:
        """What a code is worth; here it is an order's id and its ticket's."""
        order = find(orders, code[:24])
        if code != code_of(order):
            raise refusal(404, "Not Found")
        worth = "valid" if worth_something(self.payments[order["id"]]) else "refunded"
        ids = {"orderId": order["id"], "ticketId": order["ticket"]["id"]}
        return httpx.Response(200, json={"standing": worth, **ids})

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


def code_of(order: Json) -> str:
    return f"{order['id']}{order['ticket']['id']}{'s' * 16}"


def worth_something(payment: Json) -> bool:
    told = payment.get("state", payment["status"])
    return told == "charged" and payment.get("dispute") != "lost"


def _told(order: Json, payment: Json) -> Json:
    """As payments tells it; what a test has set in `payment` goes before."""
    status = payment["status"]
    state = {"settled": "not_charged", "refunded": "refunded"}.get(status, status)
    if status == "none":
        state = "authenticating" if payment["clientSecret"] else "unpaid"
        state = "not_charged" if order["status"] == "cancelled" else state
    until = datetime.fromisoformat(order["expiresAt"]) - CUTOFF
    known = {"orderId": order["id"], "state": state, "payableUntil": moment(until)}
    known["admission"] = code_of(order) if worth_something(payment) else None
    returns = {"refundedAmount": 0, "refundPending": False, "dispute": None, "underReview": False}
    return {**known, **returns, **payment}
