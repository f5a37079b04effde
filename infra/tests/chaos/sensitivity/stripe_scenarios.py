"""What Stripe does later, or somebody in its name, for a mechanism to be needed."""

from infra.tests.chaos.journal import JSON
from infra.tests.chaos.sensitivity.lab import Lab
from infra.tests.chaos.sensitivity.payment_scenarios import TRIES, was_cancelled_during_charge
from infra.tests.chaos.sensitivity.scenarios import Tickets

SOON = 0.5  # seconds, after which a refund fails
REFUNDS = 15.0  # seconds in which every refund that is tried has failed, and that was seen


async def refund_fails(lab: Lab) -> Tickets:
    """A refund succeeds at first and then fails, and the webhooks that say so are lost."""
    tickets: Tickets = set()
    delay = (await lab.stripe("GET", "/delays"))["refund"]
    await lab.stripe("PUT", "/delays", {"refund": SOON})
    lost = await lab.stripe_fault(kind="webhook_lost", event="*refund*")
    try:
        for _ in range(TRIES):
            order = await lab.order(await lab.sell())
            tickets.add(order["ticket"]["id"])
            if await was_cancelled_during_charge(lab, order, "tok_refundFail"):
                await lab.until(lambda order=order: _has_failed(lab, order))  # type: ignore[misc]
                await lab.give_time(lambda order=order: _is_a_case(lab, order), REFUNDS)  # type: ignore[misc]
                break  # else the machine was slow, and the order complete before
    finally:
        await lab.stripe("DELETE", f"/faults/{lost}")
        await lab.stripe("PUT", "/delays", {"refund": delay})
    return tickets


async def forged_webhook(lab: Lab) -> Tickets:
    """Somebody who is not Stripe says that a payment has succeeded."""
    before = await _answered(lab)
    await lab.stripe_fault(kind="webhook_forged", event="payment_intent.succeeded", next=1)
    order = await lab.order(await lab.sell())
    await lab.pay(order)

    async def answered() -> bool:
        return await _answered(lab) > before

    await lab.until(answered)
    return {order["ticket"]["id"]}


async def _answered(lab: Lab) -> int:
    """Forged webhooks with an answer, whichever."""
    forged = (await lab.stripe("GET", "/webhooks"))["forged"]
    return sum(count for what, count in forged.items() if what[-1].isdigit())


async def _has_failed(lab: Lab, order: JSON) -> bool:
    path = f"/ledger?order={order['id']}"
    refunds = (await lab.stripe("GET", path))["refunds"]
    return any(refund["status"] == "failed" for refund in refunds)


async def _is_a_case(lab: Lab, order: JSON) -> bool:
    return await lab.find_one("payments", "cases", {"orderId": order["id"]}) is not None
