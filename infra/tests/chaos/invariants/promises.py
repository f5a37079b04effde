"""What users were told stays true."""

from collections.abc import Iterator

from infra.tests.chaos.facts import Facts
from infra.tests.chaos.invariants.money import kept_of


def kept(facts: Facts) -> Iterator[str]:
    yield from _users_and_tickets(facts)
    yield from _orders(facts)
    yield from _payments(facts)


def own_writes(facts: Facts) -> Iterator[str]:
    yield from facts.journal.unread


def no_crash(facts: Facts) -> Iterator[str]:
    yield from facts.journal.crashes


def _users_and_tickets(facts: Facts) -> Iterator[str]:
    for email, id in facts.journal.users.items():
        if facts.users.get(id, {}).get("email") != email:
            yield f"user {email} is not stored"
    for id, told in facts.journal.tickets.items():
        stored = facts.tickets.get(id)
        if stored is None or stored["version"] < told["version"]:
            yield f"ticket {id} was told as version {told['version']} and is {stored}"
        elif stored["version"] == told["version"] and any(
            stored[name] != told[name] for name in ("title", "price", "userId")
        ):
            yield f"ticket {id} was told as {told} and is {stored}"


def _orders(facts: Facts) -> Iterator[str]:
    for id, told in facts.journal.orders.items():
        stored = facts.orders.get(id)
        if stored is None:
            yield f"order {id} was told and is not stored"
            continue
        said = told["userId"], told["ticket"]["id"], told["ticket"]["price"]
        if (stored["userId"], stored["ticket"]["id"], stored["ticket"]["price"]) != said:
            yield f"order {id} was told as {told} and is {stored}"
    for id in facts.journal.cancelled:
        if facts.orders.get(id, {}).get("status") != "cancelled":
            yield f"order {id} was told as cancelled and is {facts.orders.get(id)}"


def _payments(facts: Facts) -> Iterator[str]:
    cased = {case["orderId"] for case in facts.cases.values()}
    for order, id in facts.journal.payments.items():
        stored = facts.payments.get(id)
        status = facts.orders.get(order, {}).get("status")
        if stored is None or stored["orderId"] != order:
            yield f"payment {id} of order {order} was told and is {stored}"
        elif status != "complete" and kept_of(facts, order) and order not in cased:
            yield f"payment {id} was told, its order {order} is {status} and nothing refunded"
