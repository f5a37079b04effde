"""What holds of money, told by Stripe's own ledger."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from infra.tests.chaos.dashboard import ELSEWHERE
from infra.tests.chaos.facts import Facts
from infra.tests.chaos.journal import JSON


def cents(price: float) -> int:
    return int(Decimal(str(price)) * 100)


def charged_once(facts: Facts) -> Iterator[str]:
    for id, account in facts.ledger.items():
        if account["charges"] > 1:
            yield f"order {id} was charged {account['charges']} times"
        if account["refunded"] > account["charged"]:
            yield f"order {id} got back {account['refunded']} of {account['charged']} cents"


def charges(facts: Facts) -> Iterator[str]:
    cased = {case["orderId"] for case in facts.cases.values()}
    for id, account in facts.ledger.items():
        order = facts.orders.get(id)
        if order is not None and order["status"] == "complete":
            price = price_shown(facts, id, order)
            if account["charged"] != price:
                yield f"order {id} was charged {account['charged']} cents and its price is {price}"
        elif (kept := kept_of(facts, id)) and id not in cased:
            status = order["status"] if order else "unknown"
            yield f"order {id} is {status}, and {kept} cents were charged for it"


def kept_of(facts: Facts, order: str) -> int:
    """The cents charged for an order that nobody gave back: no refund that did not fail, and no
    bank."""
    account = facts.ledger.get(order)
    if account is None:
        return 0
    lost = sum(
        facts.disputes[id]["amount"]
        for id, status in account["disputes"].items()
        if status == "lost"
    )
    return int(account["charged"] - account["refunded"] - lost)


def complete_orders(facts: Facts) -> Iterator[str]:
    elsewhere = _refunded_elsewhere(facts)
    for id, order in facts.orders.items():
        account = facts.ledger.get(id)
        if order["status"] != "complete":
            continue
        if account is None or account["charges"] != 1:
            yield f"order {id} is complete, and its charges are {account}"
        elif account["refunded"] != sum(elsewhere[intent] for intent in account["intents"]):
            yield f"order {id} is complete, and {account['refunded']} cents were refunded"


def _refunded_elsewhere(facts: Facts) -> Counter[str]:
    """Cents by intent, of refunds that the shop did not make."""
    cents: Counter[str] = Counter()
    for refund in facts.refunds.values():
        if refund["reason"] == ELSEWHERE and refund["status"] != "failed":
            cents[refund["payment_intent"]] += refund["amount"]
    return cents


def cases(facts: Facts) -> Iterator[str]:
    """No excuse: what a person is asked to look at has happened."""
    failed = {id for id, refund in facts.refunds.items() if refund["status"] == "failed"}
    happened = {"dispute": set(facts.disputes), "refund_failed": failed}
    for case in facts.cases.values():
        if case["subject"] not in happened.get(case["kind"], ()):
            yield f"order {case['orderId']}: {case['kind']} {case['subject']}, {case['said']}"


def forged(facts: Facts) -> Iterator[str]:
    for what, count in facts.forged.items():
        kind, answer = what.rsplit(" ", 1)
        if answer.startswith("2"):
            yield f"{count} webhooks that were {kind} were answered with {answer}"


def reconciled(facts: Facts) -> Iterator[str]:
    yield from facts.differences


def cancelled_orders(facts: Facts) -> Iterator[str]:
    for id, replica in facts.order_replicas.items():
        order = facts.orders.get(id)
        intent = facts.intents.get(replica["payment"]["intentId"])
        if order is None or order["status"] != "cancelled" or intent is None:
            continue
        if intent["status"] not in ("canceled", "succeeded"):
            yield f"order {id} is cancelled and its intent {intent['status']}"


def intents(facts: Facts) -> Iterator[str]:
    """A new one is allowed only once Stripe said that the one before is no good.

    Or where Stripe forgot the key, which is one of the faults: the same request then makes another
    intent, and nobody ever confirms the first.
    """
    for id, account in facts.ledger.items():
        replica = facts.order_replicas.get(id)
        numbered = replica["payment"]["intentNumber"] if replica else 0
        asked = {key or intent for intent, key in account["keys"].items()}
        if len(asked) > numbered:
            yield f"order {id} was asked for {len(asked)} intents, {numbered} expected"


def ledger(facts: Facts) -> Iterator[str]:
    charged = {id: each for id, each in facts.ledger.items() if each["charges"]}
    written = Counter(payment["orderId"] for payment in facts.payments.values())
    for id, payment in facts.payments.items():
        account = charged.get(payment["orderId"])
        if account is None:
            yield f"payment {id} of order {payment['orderId']} was never charged"
            continue
        if cents(payment["amount"]) * account["charges"] != account["charged"]:
            yield f"payment {id} says {payment['amount']}, Stripe {account['charged']} cents"
        returned = payment.get("refunded")
        if returned is None:
            returned = cents(payment["amount"]) if payment["refundId"] else 0
        if returned != account["refunded"]:
            yield f"payment {id}: {returned} cents went back, at Stripe {account['refunded']}"
    for id in charged:
        if written[id] != 1:
            yield f"order {id} was charged and has {written[id]} payments"


def price_shown(facts: Facts, id: str, order: JSON) -> int:
    """In cents: what the 201 said, where the buyer got it."""
    shown = facts.journal.orders.get(id, order)
    return cents(shown["ticket"]["price"])
