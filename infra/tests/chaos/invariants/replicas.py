"""Replicas equal their sources in the fields that events carry.

| event | its fields | kept by |
|---|---|---|
| ticket:created, ticket:updated | title, price, version; listing | orders' tickets |
| ticket:updated | orderId | the order's status: awaiting:payment |
| order:created, order:cancelled | userId, status, price, expiresAt, version | payments' orders |
| order:created, order:cancelled | id, ticket.reservation | the ticket's orderId, reservation |
| payment:created | orderId | the order's status: complete; tickets' sales |
"""

from collections.abc import Iterator

from infra.tests.chaos.facts import Facts
from infra.tests.chaos.journal import JSON


def tickets_of_orders(facts: Facts) -> Iterator[str]:
    for id, ticket in facts.tickets.items():
        replica = facts.ticket_replicas.get(id)
        if replica is None or _differ(replica, ticket, ("title", "price", "version")):
            yield f"ticket {id} is {ticket}, orders has {replica}"
        elif facts.of_one_version and not _same_listing(replica, ticket):
            yield f"the listing of ticket {id} is {ticket}, orders has {replica}"
    for id in facts.ticket_replicas.keys() - facts.tickets.keys():
        yield f"orders has ticket {id}, which does not exist"


def orders_of_payments(facts: Facts) -> Iterator[str]:
    for id, order in facts.orders.items():
        replica = facts.order_replicas.get(id)
        if replica is None or not _same_order(order, replica):
            yield f"order {id} is {order}, payments has {replica}"
    for id in facts.order_replicas.keys() - facts.orders.keys():
        yield f"payments has order {id}, which does not exist"


def holders_of_tickets(facts: Facts) -> Iterator[str]:
    holder: dict[str, str] = {}
    number: dict[str, int] = {}
    for id, order in facts.orders.items():
        ticket = order["ticket"]
        number[ticket["id"]] = max(number.get(ticket["id"], 0), ticket["reservation"])
        if order["status"] != "cancelled":
            holder[ticket["id"]] = id
    for id, ticket in facts.tickets.items():
        order_id = holder.get(id)
        right = {"orderId": order_id, "reservation": number.get(id, 0)}
        if _differ(ticket, right, tuple(right)):
            yield f"ticket {id} should have {right} and has {ticket}"
        paid = order_id is not None and facts.orders[order_id]["status"] == "complete"
        if paid != (order_id in facts.sales):
            yield f"ticket {id} of order {order_id}: paid is {paid}, sold is not"


def _same_listing(replica: JSON, ticket: JSON) -> bool:
    if _differ(replica, ticket, ("withdrawn", "startsAt")):
        return False
    return bool(replica.get("listing", 0) == ticket.get("listing", 0))


def _same_order(order: JSON, replica: JSON) -> bool:
    """Completion is no event of orders, so only a cancel has to be known to the version."""
    price = order["ticket"]["price"]
    if replica["price"] != price or _differ(replica, order, ("userId", "expiresAt")):
        return False
    if order["status"] == "cancelled":
        known = replica["status"], replica["orderVersion"]
        return bool(known == (order["status"], order["version"]))
    return bool(replica["status"] != "cancelled" and replica["orderVersion"] <= order["version"])


def _differ(one: JSON, other: JSON, names: tuple[str, ...]) -> bool:
    return any(one.get(name) != other.get(name) for name in names)
