"""The invariants, in the order in which they are reported."""

from collections.abc import Callable, Iterator

from infra.tests.chaos.facts import Facts
from infra.tests.chaos.invariants import events, listings, money, orders, promises, replicas

Check = Callable[[Facts], Iterator[str]]

INVARIANTS: tuple[tuple[str, Check], ...] = (
    ("at most one live order per ticket at any moment", orders.one_live_order),
    ("complete and cancelled are final", orders.final),
    ("no order is cancelled before its time but by its buyer", orders.not_too_early),
    ("no order is open for long after its time", orders.not_too_late),
    ("no order is charged twice", money.charged_once),
    ("a charge is a complete order at the price shown, or refunded, or a case", money.charges),
    ("a complete order has exactly one charge", money.complete_orders),
    ("a cancelled order can't be charged any more", money.cancelled_orders),
    ("no intent is made twice", money.intents),
    ("the payments ledger is Stripe's", money.ledger),
    ("a case is something that happened", money.cases),
    ("no forged webhook is taken", money.forged),
    ("reconciliation finds nothing", money.reconciled),
    ("no order of a ticket that orders knew to be taken down", listings.not_withdrawn),
    ("no order of an event that has begun", listings.not_begun),
    ("a ticket taken down stays down", listings.stays_withdrawn),
    ("everything acknowledged is stored", promises.kept),
    ("everybody reads what they have written", promises.own_writes),
    ("no request is answered with a crash", promises.no_crash),
    ("every version is on the stream", events.complete),
    ("the stream's news of the present is right", events.truthful),
    ("nothing is told again without need", events.not_again),
    ("every outbox is empty", events.outboxes),
    ("no dead letters", events.dead_letters),
    ("orders' tickets equal their source", replicas.tickets_of_orders),
    ("payments' orders equal their source", replicas.orders_of_payments),
    ("tickets know who holds them", replicas.holders_of_tickets),
)


def verdict(facts: Facts) -> dict[str, list[str]]:
    """The violations of each invariant by its name."""
    return {name: list(check(facts)) for name, check in INVARIANTS}
