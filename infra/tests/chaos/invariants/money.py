"""What holds of money, told by Stripe's own ledger."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

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
    for id, account in facts.ledger.items():
        kept = account["charged"] - account["refunded"]
        if not kept:
            continue
        order = facts.orders.get(id)
        if order is None or order["status"] != "complete":
            status = order["status"] if order else "unknown"
            yield f"order {id} is {status}, and {kept} cents were charged for it"
        elif kept != (price := price_shown(facts, id, order)):
            yield f"order {id} was charged {kept} cents and its price is {price}"


def complete_orders(facts: Facts) -> Iterator[str]:
    for id, order in facts.orders.items():
        account = facts.ledger.get(id)
        if order["status"] != "complete":
            continue
        if account is None or account["charges"] != 1 or account["refunded"]:
            yield f"order {id} is complete, and its charges are {account}"


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
        if bool(payment["refundId"]) != bool(account["refunded"]):
            yield f"payment {id}: refund {payment['refundId']}, Stripe {account['refunded']}"
    for id in charged:
        if written[id] != 1:
            yield f"order {id} was charged and has {written[id]} payments"


def price_shown(facts: Facts, id: str, order: JSON) -> int:
    """In cents: what the 201 said, where the buyer got it."""
    shown = facts.journal.orders.get(id, order)
    return cents(shown["ticket"]["price"])
