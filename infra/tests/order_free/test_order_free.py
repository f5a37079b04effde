"""Every listener of every service together: order, repetition and delay change nothing.

Two markets live through the same decisions. In the clean one every message is delivered at once,
once and in order. In the other one nothing is certain but that each message comes in the end.
"""

import asyncio
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from infra.tests.order_free.markets import Markets
from infra.tests.order_free.world import order_of
from ticketing_common.events.catalogue import OrderCreated
from ticketing_common.types import new_id
from ticketing_tickets.models.ticket import Ticket

# What becomes of a payment, by what became of the order and whether it was charged.
FATES = {
    ("awaiting:payment", False): "none",
    ("complete", True): "charged",
    ("cancelled", True): "refund_due",
    ("cancelled", False): "settled",
}
MANY = st.integers(0, 10_000)  # which one of what there is
EFFORT = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


class AnyDelivery(Markets):
    """What may be decided, and the ways in which the news of it may come."""

    @rule()
    def sell(self) -> None:
        ticket = Ticket(id=new_id(), title="A concert", price=20, user_id=new_id())
        self.sold.append(ticket)
        self.decide("sell", ticket)

    @precondition(lambda self: self.free())
    @rule(which=MANY)
    def edit(self, which: int) -> None:
        ticket = self.free()[which % len(self.free())]
        self.decide("edit", ticket.id, f"Concert {which}")

    @precondition(lambda self: self.free())
    @rule(which=MANY)
    def take_down(self, which: int) -> None:
        """An order that has not heard of it may come after; that one has the ticket."""
        ticket = self.free()[which % len(self.free())]
        self.down[ticket.id] = True
        self.decide("take_down", ticket.id)

    @precondition(lambda self: self.free())
    @rule(which=MANY, venue=st.sampled_from([None, "Town Hall"]))
    def put_back(self, which: int, venue: str | None) -> None:
        ticket = self.free()[which % len(self.free())]
        self.down[ticket.id] = None
        self.decide("put_back", ticket.id, venue)

    @precondition(lambda self: self.free())
    @rule(which=MANY)
    def order(self, which: int) -> None:
        ticket = self.free()[which % len(self.free())]
        number = self.numbers[ticket.id] = self.numbers.get(ticket.id, 0) + 1
        order = order_of(ticket, new_id(), new_id(), number)
        self.all.append(order.id)
        self.live[order.id] = ticket.id
        self.latest[ticket.id] = order.id, number
        self.decide("order", order)

    @precondition(lambda self: self.live)
    @rule(which=MANY)
    def cancel(self, which: int) -> None:
        order = self.take(which)
        del self.latest[self.live.pop(order)]
        self.decide("cancel", order)

    @precondition(lambda self: self.live)
    @rule(which=MANY)
    def pay(self, which: int) -> None:
        order = self.take(which)
        self.run(self.wild.deliver_now(OrderCreated, order, "payments-service"))
        del self.live[order]
        self.decide("pay", order, f"ch_{which}")

    @precondition(lambda self: self.live)
    @rule(which=MANY, paid_first=st.booleans())
    def pay_and_cancel(self, which: int, paid_first: bool) -> None:
        """Both services decide before either has heard of the other."""
        order = self.take(which)
        self.run(self.wild.deliver_now(OrderCreated, order, "payments-service"))
        del self.latest[self.live.pop(order)]
        for world in (self.clean, self.wild):
            steps = [world.cancel(order), world.pay(order, f"ch_{which}")]
            for step in reversed(steps) if paid_first else steps:
                self.run(step)
        self.run(self.clean.settle())

    @precondition(lambda self: self.all)
    @rule(which=MANY)
    def ring(self, which: int) -> None:
        """An expiry that is early, or late, or of an order long decided."""
        self.decide("ring", self.all[which % len(self.all)])

    @precondition(lambda self: self.wild.pending)
    @rule(which=MANY)
    def deliver(self, which: int) -> None:
        self.run(self.wild.deliver(which))

    @precondition(lambda self: self.wild.pending)
    @rule(which=MANY)
    def deliver_without_acknowledging(self, which: int) -> None:
        self.run(self.wild.deliver(which, keep=True))

    @precondition(lambda self: self.wild.pending)
    @rule(seed=MANY)
    def deliver_several_at_once(self, seed: int) -> None:
        async def several() -> None:
            await asyncio.gather(*(self.wild.deliver(seed * n, keep=True) for n in range(1, 4)))

        self.run(several())

    @precondition(lambda self: self.wild.stream)
    @rule(which=MANY)
    def repeat(self, which: int) -> None:
        """Something that everybody may have heard long ago."""
        event = self.wild.stream[which % len(self.wild.stream)]
        self.wild.pending += self.wild.copies(event)

    @precondition(lambda self: len(self.wild.stream) > 5)
    @rule()
    def replay_from_the_start(self) -> None:
        """All that was ever told, while the rest is still on its way."""
        for event in list(self.wild.stream):
            for copy in self.wild.copies(event):
                self.run(self.wild.handle(copy))

    def is_right(self, state: Any) -> None:
        """Nobody keeps a ticket that is not theirs, or money for one that they did not get."""
        for id, order in state["orders.Order"].items():
            payment = state["payments.Order"][id]
            ticket = state["tickets.Ticket"][order["ticket"]["id"]]
            charged = payment["payment"]["chargeId"] is not None
            assert (payment["status"] == "cancelled") == (order["status"] == "cancelled")
            assert payment["payment"]["status"] == FATES[order["status"], charged]
            assert (ticket["orderId"] == id) == (order["status"] != "cancelled")
            if ticket["orderId"] == id:
                assert (id in state["tickets.Sale"]) == (order["status"] == "complete")

    def is_listed(self, state: Any) -> None:
        """Whether it is down is the seller's last word, and orders' replica of it."""
        for id, ticket in state["tickets.Ticket"].items():
            replica = state["orders.Ticket"][id]
            assert ticket.get("withdrawn") == replica["withdrawn"] == self.down.get(id)

    def teardown(self) -> None:
        self.run(self.wild.settle())
        state = self.run(self.wild.state())
        assert state == self.run(self.clean.state())
        self.is_right(state)
        self.is_listed(state)

        before = self.run(self.wild.documents())
        self.run(self.wild.replay(list(self.wild.stream)))
        assert self.run(self.wild.documents()) == before
        self.run(self.wild.replay(self.wild.stream[::-1]))
        assert self.run(self.wild.documents()) == before
        self.runner.close()


def test_any_delivery_ends_as_the_clean_one() -> None:
    """The same state in the end, and the whole stream once more, forwards or backwards, changes
    no document."""
    run_state_machine_as_test(AnyDelivery, settings=EFFORT)
