from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, OrderStatus
from ticketing_common.store import Store
from ticketing_common.types import new_id, now
from ticketing_tickets.models.ticket import Ticket


@pytest.fixture
async def ticket(tickets: Store[Ticket]) -> Ticket:
    return await tickets.save(Ticket(id=new_id(), title="A", price=20, user_id=new_id()))


def _order(ticket: Ticket, reservation: int, id: str | None) -> dict[str, Any]:
    return {
        "id": id or new_id(),
        "version": 0,
        "status": OrderStatus.CREATED,
        "user_id": new_id(),
        "expires_at": now() + timedelta(minutes=15),
        "ticket": {"id": ticket.id, "price": ticket.price, "reservation": reservation},
    }


@pytest.fixture
def created(ticket: Ticket) -> Callable[..., OrderCreated]:
    return lambda reservation=1, id=None: OrderCreated(**_order(ticket, reservation, id))


@pytest.fixture
def cancelled(ticket: Ticket) -> Callable[..., OrderCancelled]:
    return lambda reservation=1, id=None: OrderCancelled(
        **{**_order(ticket, reservation, id), "version": 1, "status": OrderStatus.CANCELLED}
    )
