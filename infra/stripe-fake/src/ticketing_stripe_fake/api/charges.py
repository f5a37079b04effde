"""Charges: what confirming an intent leaves behind. Read only."""

from ticketing_stripe_fake import params
from ticketing_stripe_fake.api import lists
from ticketing_stripe_fake.api.operation import Call, Json, Operation
from ticketing_stripe_fake.api.render_charge import charge
from ticketing_stripe_fake.objects import Charge


def retrieve(call: Call) -> Json:
    return charge(call.named(Charge, param="id"))


def list_all(call: Call) -> Json:
    return lists.page(call, Charge, charge, "/v1/charges", call.params.get("payment_intent"))


OPERATIONS = (
    Operation("GET", "/v1/charges", list_all, {**lists.PAGE, "payment_intent": params.string}),
    Operation("GET", "/v1/charges/{id}", retrieve),
)
