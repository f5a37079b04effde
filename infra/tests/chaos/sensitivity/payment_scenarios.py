"""What has to happen to a payment for a mechanism to be needed; see `scenarios`."""

import asyncio

from infra.tests.chaos.journal import JSON
from infra.tests.chaos.sensitivity.lab import Lab
from infra.tests.chaos.sensitivity.scenarios import Tickets
from infra.tests.chaos.sensitivity.timing import TIMING

TRIES = 8
CONFIRM = "/v1/payment_intents/*/confirm"
ASKING = 0.8 * TIMING.stripe_read_timeout  # seconds recovery waits for an answer and still takes it


async def lost_create(lab: Lab) -> Tickets:
    """Stripe makes a payment intent and its reply is lost; the buyer tries again."""
    order = await lab.order(await lab.sell())
    await lab.stripe_fault(kind="lost_response", method="POST", path="/v1/payment_intents", next=1)
    await lab.pay(order)
    await lab.until(lambda: _paid(lab, order))
    return {order["ticket"]["id"]}


async def cancel_during_recovery(lab: Lab) -> Tickets:
    """A charge's reply is lost, and while recovery asks Stripe about it the order is cancelled."""
    tickets: Tickets = set()
    # It would say at once that the charge has succeeded, and no recovery would have to ask.
    silent = await lab.stripe_fault(kind="webhook_lost", event="payment_intent.*")
    try:
        for _ in range(TRIES):
            order = await lab.order(await lab.sell())
            tickets.add(order["ticket"]["id"])
            if await _was_cancelled_during_recovery(lab, order):
                break  # else the machine was slow, and Stripe had answered before
    finally:
        await lab.stripe("DELETE", f"/faults/{silent}")
    return tickets


async def _was_cancelled_during_recovery(lab: Lab, order: JSON) -> bool:
    await lab.stripe_fault(kind="lost_response", path=CONFIRM, key=_keys(order), next=1)
    await lab.pay(order)
    charging = await lab.find("payments", "orders", order["id"])
    assert charging is not None
    intent = f"/v1/payment_intents/{charging['payment']['intentId']}"
    asked = await lab.stripe_fault(kind="slow_response", path=intent, next=1, seconds=ASKING)
    await lab.until(lambda: lab.stripe_fired(asked))
    in_time = await lab.cancel(order) and await _cancel_heard(lab, order)
    await lab.until(lambda: _settled(lab, order))
    return bool(in_time and in_time["payment"]["status"] == "charging")


async def cancel_during_charge(lab: Lab) -> Tickets:
    """The order is cancelled while its card is being charged."""
    tickets: Tickets = set()
    for _ in range(TRIES):
        order = await lab.order(await lab.sell())
        tickets.add(order["ticket"]["id"])
        if await was_cancelled_during_charge(lab, order):
            break  # else the machine was slow, and the order complete before
    return tickets


async def was_cancelled_during_charge(lab: Lab, order: JSON, token: str = "tok_visa") -> bool:
    """Pay for it with that card, and cancel it once Stripe has charged it."""
    slow = {"kind": "slow_response", "path": CONFIRM, "key": _keys(order)}
    asked = await lab.stripe_fault(**slow, next=1, seconds=1.2)
    paying = asyncio.create_task(lab.pay(order, token))
    await lab.until(lambda: lab.stripe_fired(asked))
    in_time = await lab.cancel(order)
    await paying
    if in_time:
        await _cancel_heard(lab, order)  # until then a charge looks as if all were well with it
    await lab.until(lambda: _settled(lab, order))
    return in_time


async def _paid(lab: Lab, order: JSON) -> bool:
    answer = await lab.pay(order)
    return answer.status == 201 or answer.message == "Order is already paid"


def _keys(order: JSON) -> str:
    """The idempotency keys of an order's confirmations, as a pattern."""
    return f"confirm/{order['id']}/*"


async def _cancel_heard(lab: Lab, order: JSON) -> JSON:
    """The order as payments has it, once it has heard of its cancel."""
    replica: JSON = await lab.until(
        lambda: lab.find("payments", "orders", order["id"], status="cancelled")
    )
    return replica


async def _settled(lab: Lab, order: JSON) -> bool:
    replica = await lab.find("payments", "orders", order["id"])
    payment = replica["payment"] if replica else {}
    return payment.get("lookAt", "") is None and payment["status"] != "charging"
