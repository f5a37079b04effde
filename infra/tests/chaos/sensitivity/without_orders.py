"""Ways to take a mechanism out of the orders service, in the process that is about to be it."""

import asyncio
import time
from datetime import datetime
from typing import Any

from infra.tests.chaos.sensitivity.unguarded import is_compare_and_set, is_register_guard, unguard
from infra.tests.chaos.sensitivity.without_watch import marks_of_messages as marks_of_messages
from ticketing_common.store import database
from ticketing_orders.models.order import Order, OrderedTicket
from ticketing_orders.routes import new
from ticketing_orders.sweeper import Sweeper


def register_guard() -> None:
    """A replica takes over whatever it hears last."""
    unguard(is_register_guard)


def compare_and_set() -> None:
    """The last save wins, whatever was saved since it read."""
    unguard(is_compare_and_set)


def next_number() -> None:
    """Reservation numbers grow, but two orders of one ticket never want the same."""

    def ordered(**fields: Any) -> OrderedTicket:
        return OrderedTicket(**{**fields, "reservation": time.time_ns() // 1000})

    vars(new)["OrderedTicket"] = ordered


def sweeper() -> None:
    """Nobody but the expiration service ends an order."""

    async def never(_: Sweeper) -> None:
        await asyncio.Event().wait()

    Sweeper.run = never  # type: ignore[method-assign,assignment]


def own_clock() -> None:
    """Orders believes whoever says that an order has expired."""

    def expired(self: Order, _: datetime) -> bool:
        return self.open

    Order.expired = expired  # type: ignore[method-assign,assignment]


def majority_reads() -> None:
    """Reads see what may yet be rolled back."""
    database.SAFETY["readConcernLevel"] = "local"
