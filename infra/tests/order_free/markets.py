"""Two markets that live through the same decisions."""

import asyncio
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from infra.tests.order_free.world import World
from ticketing_tickets.models.ticket import Ticket


class Markets(RuleBasedStateMachine):
    """A clean one and a wild one, and what was decided in both."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clean = self.run(World.make())
        self.wild = self.run(World.make())
        self.sold: list[Ticket] = []
        self.latest: dict[str, tuple[str, int]] = {}  # by ticket: its open order, reservation
        self.numbers: dict[str, int] = {}
        self.down: dict[str, bool | None] = {}  # what its seller said last of each ticket
        self.all: list[str] = []
        self.live: dict[str, str] = {}  # order to ticket, neither paid nor cancelled

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def decide(self, name: str, *given: Any) -> None:
        """The same in both; in the clean one everybody knows at once."""
        self.run(getattr(self.clean, name)(*given))
        self.run(self.clean.settle())
        self.run(getattr(self.wild, name)(*given))

    def free(self) -> list[Ticket]:
        """Nobody's order holds them."""
        return [ticket for ticket in self.sold if ticket.id not in self.latest]

    def take(self, which: int) -> str:
        return list(self.live)[which % len(self.live)]
