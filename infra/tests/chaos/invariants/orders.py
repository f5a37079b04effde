"""What holds of orders, told by their database's change stream and not by what services say."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from infra.tests.chaos.facts import Facts

FINAL = ("complete", "cancelled")
OPEN = ("created", "awaiting:payment")


def one_live_order(facts: Facts) -> Iterator[str]:
    ticket_of: dict[str, str] = {}
    live: dict[str, set[str]] = defaultdict(set)
    for change in facts.changes:
        if change.ticket is not None:
            ticket_of[change.order] = change.ticket
        ticket = ticket_of[change.order]
        if change.status != "cancelled":
            live[ticket].add(change.order)
        else:
            live[ticket].discard(change.order)
        if len(live[ticket]) > 1:
            yield f"ticket {ticket} has live orders {sorted(live[ticket])} at {change.at}"
    for id, order in facts.orders.items():
        if id not in ticket_of and facts.changes:
            yield f"the change stream has never seen order {id} of {order['ticket']['id']}"


def final(facts: Facts) -> Iterator[str]:
    ended: dict[str, str] = {}
    for change in facts.changes:
        before = ended.get(change.order)
        if before is not None and change.status != before:
            yield f"order {change.order} was {before} and became {change.status}"
        if change.status in FINAL:
            ended[change.order] = change.status
        elif change.status not in OPEN:
            yield f"order {change.order}: {change.status}"
    for id, status in ended.items():
        stored = facts.orders.get(id)
        if stored is None or stored["status"] != status:
            yield f"order {id} was {status} and is {stored and stored['status']}"


def not_too_early(facts: Facts) -> Iterator[str]:
    for change in facts.changes:
        order = facts.orders.get(change.order)
        if order is None or change.status != "cancelled":
            continue
        if change.order in facts.journal.cancel_tried:
            continue
        early = order["expiresAt"] - change.at
        if early > timedelta(milliseconds=50):  # two processes read the clock
            yield f"order {change.order} was cancelled {early.total_seconds():.1f} s early"


def not_too_late(facts: Facts) -> Iterator[str]:
    allowance = timedelta(seconds=facts.timeliness.allowance)
    cancelled = {each.order: each.at for each in facts.changes if each.status == "cancelled"}
    for id, order in facts.orders.items():
        deadline = max(order["expiresAt"], facts.timeliness.healed) + allowance
        if order["status"] in OPEN:
            yield f"order {id} of {order['expiresAt']} is still {order['status']}"
        elif id in cancelled and cancelled[id] > deadline:
            late = (cancelled[id] - deadline).total_seconds()
            yield f"order {id} was cancelled {late:.1f} s too late"
