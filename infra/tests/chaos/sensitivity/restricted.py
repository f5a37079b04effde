"""Looking at some tickets only, where others were spoiled on purpose."""

from collections.abc import Collection
from dataclasses import replace

from infra.tests.chaos.facts import Documents, Facts


def restricted(facts: Facts, tickets: set[str]) -> Facts:
    """The facts of these tickets and of their orders."""
    orders = {id: each for id, each in facts.orders.items() if each["ticket"]["id"] in tickets}
    journal = replace(
        facts.journal,
        tickets=_only(facts.journal.tickets, tickets),
        orders=_only(facts.journal.orders, orders.keys()),
        cancelled=facts.journal.cancelled & orders.keys(),
        payments={id: each for id, each in facts.journal.payments.items() if id in orders},
    )
    payments = {id: each for id, each in facts.payments.items() if each["orderId"] in orders}
    return replace(
        facts,
        journal=journal,
        tickets=_only(facts.tickets, tickets),
        sales=_only(facts.sales, orders.keys()),
        orders=orders,
        ticket_replicas=_only(facts.ticket_replicas, tickets),
        order_replicas=_only(facts.order_replicas, orders.keys()),
        payments=payments,
        ledger=_only(facts.ledger, orders.keys()),
        cases={id: each for id, each in facts.cases.items() if each["orderId"] in orders},
        messages=[told for told in facts.messages if _names(told[1], orders, tickets)],
        told_again=[body for body in facts.told_again if _names(body, orders, tickets)],
        changes=[change for change in facts.changes if change.order in orders],
    )


def _only(documents: Documents, ids: Collection[str]) -> Documents:
    return {id: each for id, each in documents.items() if id in ids}


def _names(body: dict[str, object], orders: Documents, tickets: set[str]) -> bool:
    return body.get("orderId") in orders or body.get("id") in orders or body.get("id") in tickets
