"""POST /api/orders: who gets the ticket"""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket

Place = Callable[..., Awaitable[Order]]
News = Callable[[], Awaitable[list[str]]]

LIVE = [OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT, OrderStatus.COMPLETE]
RESERVED = {"errors": [{"message": "Ticket is already reserved"}]}


@pytest.mark.parametrize("status", LIVE)
@pytest.mark.parametrize("by_the_holder", [True, False])
@pytest.mark.parametrize("heard", [True, False])
async def test_a_reserved_ticket_is_400(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    orders: Store[Order],
    tickets: Store[Ticket],
    ticket: Ticket,
    place: Place,
    status: OrderStatus,
    by_the_holder: bool,
    heard: bool,
) -> None:
    """A ticket has one live order at most, whoever asks for another, and whether or not the
    tickets service has told of the reservation."""
    held = await place(status)
    if heard:
        await tickets.save(ticket.next())

    response = await api.post(
        "/api/orders",
        json={"ticketId": held.ticket.id},
        headers=sign_in(held.user_id if by_the_holder else None),
    )

    assert response.status_code == 400
    assert response.json() == RESERVED
    assert await orders.find({}) == [held]


async def test_an_overdue_order_still_holds_its_ticket(
    api: httpx.AsyncClient, sign_in: SignIn, place: Place
) -> None:
    """Time alone frees nothing: a payment of the last second may still be on its way."""
    held = await place(left=-60)

    response = await api.post("/api/orders", json={"ticketId": held.ticket.id}, headers=sign_in())

    assert (response.status_code, response.json()) == (400, RESERVED)


@pytest.mark.parametrize("heard", [True, False])
async def test_a_freed_ticket_gets_the_next_number(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    orders: Store[Order],
    tickets: Store[Ticket],
    ticket: Ticket,
    place: Place,
    heard: bool,
) -> None:
    """Reservations of a ticket are numbered; the highest says who was last, not the latest id.
    One in its first version is taken for never ordered, and is looked at where it was."""
    for reservation in (1, 3, 2):
        await place(OrderStatus.CANCELLED, reservation=reservation)
    if heard:
        await tickets.save(ticket.next())

    response = await api.post("/api/orders", json={"ticketId": ticket.id}, headers=sign_in())

    assert response.status_code == 201
    assert (await orders.get(response.json()["id"])).ticket.reservation == 4


async def test_a_changed_ticket_that_nobody_ordered(
    api: httpx.AsyncClient, sign_in: SignIn, orders: Store[Order], tickets: Store[Ticket]
) -> None:
    """Its first order has the first number, whatever the ticket's version."""
    changed = await tickets.save(Ticket(id=new_id(), title="B", price=20, version=7))

    response = await api.post("/api/orders", json={"ticketId": changed.id}, headers=sign_in())

    assert response.status_code == 201
    assert (await orders.get(response.json()["id"])).ticket.reservation == 1


async def test_tickets_are_numbered_each_for_itself(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], place: Place
) -> None:
    """An order of one ticket says nothing about another."""
    await place()
    other = await tickets.save(Ticket(id=new_id(), title="B", price=20))

    response = await api.post("/api/orders", json={"ticketId": other.id}, headers=sign_in())

    assert response.status_code == 201


@pytest.mark.parametrize(("before", "heard"), [(0, False), (1, False), (1, True)])
async def test_one_of_a_hundred_gets_the_ticket(
    app: FastAPI,
    api: httpx.AsyncClient,
    sign_in: SignIn,
    orders: Store[Order],
    place: Place,
    news: News,
    racing: Callable[[int], Store[Order]],
    tickets: Store[Ticket],
    ticket: Ticket,
    before: int,
    heard: bool,
) -> None:
    """Defect 3 of the base, two buyers got one ticket: here all find it free and one has it."""
    for number in range(before):
        await place(OrderStatus.CANCELLED, reservation=number + 1)
    if heard:  # then nobody tries the first number first
        await tickets.save(ticket.next())
    app.state.stores[Order] = racing(100)

    responses = await asyncio.gather(
        *(
            api.post("/api/orders", json={"ticketId": ticket.id}, headers=sign_in())
            for _ in range(100)
        )
    )

    (won,) = [response for response in responses if response.status_code == 201]
    lost = [response for response in responses if response is not won]
    assert {response.status_code for response in lost} == {400}
    assert all(response.json() == RESERVED for response in lost)
    (stored,) = await orders.find({"status": "created"})
    assert (stored.id, stored.ticket.reservation) == (won.json()["id"], before + 1)
    assert await news() == [f"order:created/{stored.id}/0"]
