"""Each mechanism, the scenario that needs it, and the invariants that notice its absence."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from infra.tests.chaos.sensitivity import (
    outbox_scenarios,
    payment_scenarios,
    scenarios,
    stream_scenarios,
    stripe_scenarios,
)
from infra.tests.chaos.sensitivity.lab import Lab

ONE_LIVE = "at most one live order per ticket at any moment"
HOLDERS = "tickets know who holds them"
CHARGES = "a charge is a complete order at the price shown, or refunded, or a case"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """`key` is the function that takes it out of `service`; `alone` where the scenario, or the
    mechanism's absence, hurts what others need."""

    name: str
    service: str
    key: str
    scenario: Callable[[Lab], Awaitable[set[str]]]
    invariants: tuple[str, ...]
    alone: bool = False
    also: tuple[str, ...] = ()  # services that would make up for it

    @property
    def services(self) -> tuple[str, ...]:
        return (self.service, *self.also)


MECHANISMS = (
    Mechanism(
        "fencing number, on cancel",
        "tickets",
        "number_on_cancel",
        scenarios.late_cancel,
        (HOLDERS,),
    ),
    Mechanism(
        "fencing number, on create",
        "tickets",
        "number_on_create",
        scenarios.late_create,
        (HOLDERS,),
    ),
    Mechanism(
        "fencing number, replaced by a compare of orderId",
        "tickets",
        "order_id_instead",
        scenarios.late_create,
        (HOLDERS,),
    ),
    Mechanism(
        "next reservation number, unique",
        "orders",
        "next_number",
        scenarios.race,
        (ONE_LIVE,),
        alone=True,
    ),
    Mechanism(
        "register guard",
        "orders",
        "register_guard",
        scenarios.late_edit,
        ("orders' tickets equal their source",),
    ),
    Mechanism(
        "order compare-and-set",
        "orders",
        "compare_and_set",
        scenarios.paid_while_cancelled,
        ("complete and cancelled are final",),
        alone=True,
    ),
    Mechanism(
        "orders' own clock",
        "orders",
        "own_clock",
        scenarios.false_expiry,
        ("no order is cancelled before its time but by its buyer",),
    ),
    Mechanism(
        "sweeper",
        "orders",
        "sweeper",
        scenarios.forgotten_order,
        ("no order is open for long after its time",),
    ),
    Mechanism(
        "idempotency key",
        "payments",
        "idempotency_key",
        payment_scenarios.lost_create,
        ("no intent is made twice",),
        alone=True,  # its fault strikes whoever makes an intent next
    ),
    Mechanism(
        "payment compare-and-set",
        "payments",
        "compare_and_set",
        payment_scenarios.cancel_during_recovery,
        (CHARGES,),
    ),
    Mechanism(
        "refund of a cancelled order",
        "payments",
        "refund",
        payment_scenarios.cancel_during_charge,
        (CHARGES,),
    ),
    Mechanism(
        "watched refunds",
        "payments",
        "watched_refunds",
        stripe_scenarios.refund_fails,
        (CHARGES,),
        alone=True,  # its faults strike whoever else is refunded
    ),
    Mechanism(
        "a webhook's signature",
        "payments",
        "webhook_signature",
        stripe_scenarios.forged_webhook,
        ("no forged webhook is taken",),
        alone=True,  # its fault strikes whoever pays next
    ),
    Mechanism(
        "outbox",
        "tickets",
        "outbox",
        scenarios.broker_away,
        ("every version is on the stream",),
        alone=True,
    ),
    Mechanism(
        "a refused message is its own document's only",
        "tickets",
        "own_refusals",
        outbox_scenarios.refused_news,
        ("every version is on the stream",),
        alone=True,
    ),
    Mechanism(
        "majority reads", "orders", "majority_reads", scenarios.lost_cancel, (ONE_LIVE,), alone=True
    ),
    Mechanism(
        "the watch asks what is remembered first",
        "tickets",
        "question_order",
        stream_scenarios.busy_watches,
        ("nothing is told again without need",),
        alone=True,
    ),
    Mechanism(
        "news discarded unheard is noticed",
        "payments",
        "gaps",
        stream_scenarios.discarded_unheard,
        ("payments' orders equal their source",),
        alone=True,
    ),
    Mechanism(
        "what stood where the stream ended is remembered",
        "tickets",
        "marks_of_messages",
        stream_scenarios.restored_broker,
        ("orders' tickets equal their source",),
        alone=True,
        also=("orders", "payments"),
    ),
)
