"""What holds of tickets that were taken down, and of those whose event has begun.

An order names the version of the ticket that orders knew when it was placed. What that version's
news said of the listing was known as well: both are one write. A takedown that orders had not heard
of is no violation: the order was faster.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from infra.tests.chaos.facts import Facts
from infra.tests.chaos.journal import JSON


def not_withdrawn(facts: Facts) -> Iterator[str]:
    for id, order, listing in _known(facts):
        if listing.get("withdrawn"):
            yield f"order {id} is of {order['ticket']}, which orders knew to be taken down"


def not_begun(facts: Facts) -> Iterator[str]:
    """By the clock of the replica that placed the order, and set its expiry."""
    window = timedelta(seconds=facts.timeliness.window)
    for id, order, listing in _known(facts):
        begins = listing.get("startsAt")
        if begins and order["expiresAt"] - window >= datetime.fromisoformat(begins):
            yield f"order {id} of {order['expiresAt']} less {window} is of {begins}"


def stays_withdrawn(facts: Facts) -> Iterator[str]:
    """What its seller was told: it is gone from every list, until they put it up again."""
    for id in facts.journal.listed_still:
        yield f"ticket {id} was taken down and still in a list"
    for id in facts.journal.withdrawn - facts.journal.unclear:
        if not facts.tickets.get(id, {}).get("withdrawn"):
            yield f"ticket {id} was taken down and is {facts.tickets.get(id)}"


def _known(facts: Facts) -> Iterator[tuple[str, JSON, JSON]]:
    """Each order, and what orders knew of its ticket's listing."""
    if not facts.of_one_version:
        return
    told = {
        (body["id"], body["version"]): body["listing"]
        for subject, body in facts.messages
        if subject in ("ticket:created", "ticket:updated") and "listing" in body
    }
    for id, order in facts.orders.items():
        listing = told.get((order["ticket"]["id"], order["ticket"]["version"]))
        if listing is not None:
            yield id, order, listing
