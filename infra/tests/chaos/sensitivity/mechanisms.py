"""Each mechanism, the scenario that needs it, and the invariants that notice its absence."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from infra.tests.chaos.sensitivity import scenarios
from infra.tests.chaos.sensitivity.lab import Lab

ONE_LIVE = "at most one live order per ticket at any moment"
HOLDERS = "tickets know who holds them"
CHARGES = "a charge is a complete order at the price shown, or refunded"


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
        scenarios.lost_create,
        ("no intent is made twice",),
        alone=True,  # its fault strikes whoever makes an intent next
    ),
    Mechanism(
        "payment compare-and-set",
        "payments",
        "compare_and_set",
        scenarios.cancel_during_recovery,
        (CHARGES,),
    ),
    Mechanism(
        "refund of a cancelled order",
        "payments",
        "refund",
        scenarios.cancel_during_charge,
        (CHARGES,),
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
        "majority reads", "orders", "majority_reads", scenarios.lost_cancel, (ONE_LIVE,), alone=True
    ),
)
