"""Who has paid by the deadline they were shown has the ticket, where nothing was broken."""

from collections.abc import Iterator

from infra.tests.chaos.facts import Facts
from infra.tests.simulation.determinism import EPOCH
from infra.tests.simulation.world import World

CLOCKS = 0.1  # seconds by which two of them may differ
BEFORE = 5.0  # seconds in which what a fault has left is over
AFTER = 1.0  # seconds in which an expiry comes about


def in_time(world: World, facts: Facts) -> Iterator[str]:
    for id, at in world.authenticated.items():
        order = facts.orders.get(id)
        if order is None or order["status"] == "complete" or id in facts.journal.cancel_tried:
            continue
        deadline = order["expiresAt"].timestamp() - EPOCH
        if at <= deadline - CLOCKS and world.calm(at - BEFORE, deadline + AFTER):
            left = deadline - at
            yield f"order {id} is {order['status']}; its bank confirmed {left:.2f} s before the end"
