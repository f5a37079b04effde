"""What holds of the stream."""

from collections.abc import Iterator
from datetime import datetime

from infra.tests.chaos.facts import Facts
from infra.tests.chaos.journal import JSON

TICKETS = ("ticket:created", "ticket:updated")
ORDERS = ("order:created", "order:cancelled")


def complete(facts: Facts) -> Iterator[str]:
    """Of tickets every version; of orders the first and the cancelled one; of payments each.

    Where the stream was wiped, the versions of the present. Where it has discarded what was old,
    nobody knows which of them.
    """
    if facts.stream_outgrown:
        return
    told = {(subject, body.get("id"), body.get("version")) for subject, body in facts.messages}
    known = {(subject.split(":")[0], id, version) for subject, id, version in told}
    for id, ticket in facts.tickets.items():
        last = ticket["version"]
        for version in range(last if facts.stream_wiped else 0, last + 1):
            if ("ticket", id, version) not in known:
                yield f"version {version} of ticket {id} (now {last}) is not on the stream"
    for id, order in facts.orders.items():
        cancelled = order["status"] == "cancelled"
        if cancelled and ("order:cancelled", id, order["version"]) not in told:
            yield f"the cancel of order {id} is not on the stream"
        if not facts.stream_wiped and ("order:created", id, 0) not in told:
            yield f"order {id} is not on the stream"
    paid = {body["orderId"] for subject, body in facts.messages if subject == "payment:created"}
    for id, replica in facts.order_replicas.items():
        if replica["payment"]["status"] == "charged" and id not in paid:
            yield f"the payment of order {id} is not on the stream"


def truthful(facts: Facts) -> Iterator[str]:
    for subject, body in facts.messages:
        if subject in TICKETS:
            stored = facts.tickets.get(body["id"])
            right = stored is not None and _tells_ticket(body, stored, facts.of_one_version)
        elif subject in ORDERS:
            stored = facts.orders.get(body["id"])
            right = stored is not None and _tells_order(body, stored)
        else:
            continue
        if not right:
            yield f"{subject} tells {body}, stored is {stored}"


def _tells_ticket(body: JSON, stored: JSON, listing: bool) -> bool:
    names = ("title", "price", "userId", "orderId")
    if body["version"] != stored["version"]:
        return bool(body["version"] < stored["version"])
    if listing and not _tells_listing(body.get("listing"), stored):
        return False
    return all(body.get(name) == stored.get(name) for name in names)


def _tells_listing(told: JSON | None, stored: JSON) -> bool:
    if told is None:
        return "listing" not in stored
    starts_at = datetime.fromisoformat(told["startsAt"]) if "startsAt" in told else None
    said = told["number"], told.get("withdrawn"), starts_at, told.get("venue")
    return said == tuple(stored.get(name) for name in ("listing", "withdrawn", "startsAt", "venue"))


def _tells_order(body: JSON, stored: JSON) -> bool:
    names = ("id", "price", "reservation")
    same = all(body["ticket"][name] == stored["ticket"][name] for name in names)
    return bool(same and body["version"] <= stored["version"])


def not_again(facts: Facts) -> Iterator[str]:
    """Unless the stream has lost it."""
    if not facts.stream_wiped:
        for body in facts.told_again:
            yield f"{body} is told again"


def outboxes(facts: Facts) -> Iterator[str]:
    for name, count in facts.waiting.items():
        if count:
            yield f"{count} documents of {name} have news that waits"


def dead_letters(facts: Facts) -> Iterator[str]:
    if facts.dead_letters:
        yield f"{facts.dead_letters} dead letters"
