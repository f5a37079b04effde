"""Taking over the base system's orders."""

from collections.abc import AsyncIterator

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.importing import Report, Stored, Stores, import_each, price_of
from ticketing_common.store import AlreadyExistsError, Store
from ticketing_common.store.source import Source
from ticketing_orders.events.publishers import present_state
from ticketing_orders.models.order import OPEN, Order, OrderedTicket


async def import_base(source: Source, stores: Stores, report: Report) -> None:
    """Each ticket's orders are numbered as if they had been made one after the other.

    The base system let several orders have one ticket. The first that was paid keeps it, or else
    the first open one, and gets the highest number; other open ones are cancelled.
    """
    orders = stores[Order]

    async def take_over(order: Stored) -> None:
        await _take_over(source, orders, order, report)

    async def numbered() -> AsyncIterator[Stored]:
        async for of_one_ticket in _by_ticket(source):
            *others, keeper = sorted(of_one_ticket, key=_claim, reverse=True)
            others.sort(key=lambda order: order["_id"])
            for number, order in enumerate([*others, keeper], start=1):
                yield {**order, "reservation": number, "keeper": keeper}

    await import_each("order", numbered(), take_over, report)


async def _by_ticket(source: Source) -> AsyncIterator[list[Stored]]:
    """The orders of one ticket after the other."""
    group: list[Stored] = []
    async for order in source.documents("orders", sort=("ticket", "_id")):
        if group and group[0].get("ticket") != order.get("ticket"):
            yield group
            group = []
        group.append(order)
    if group:
        yield group


def _claim(order: Stored) -> tuple[int, bytes]:
    """Who of several has the ticket: the lowest; among equals the one made first."""
    rank = {OrderStatus.COMPLETE: 0, **dict.fromkeys(OPEN, 1)}
    return rank.get(order.get("status", ""), 2), order["_id"].binary


async def _take_over(source: Source, orders: Store[Order], stored: Stored, report: Report) -> None:
    id = str(stored["_id"])
    if await orders.find_id(id):
        report.present += 1
        return
    ticket = await source.find("tickets", stored["ticket"])
    if ticket is None:
        report.leave_out("order", id, f"there is no ticket {stored['ticket']}")
        return
    order = _order(stored, ticket)
    try:
        await orders.save(order, present_state(order))
    except AlreadyExistsError:
        report.leave_out("order", id, f"ticket {order.ticket.id} has been ordered here since")
        return
    report.imported += 1
    if order.status != stored["status"]:
        report.change("order", id, f"cancelled, as {stored['keeper']['_id']} has its ticket")
    elif order.holds_ticket and stored["_id"] != stored["keeper"]["_id"]:
        report.change("order", id, f"paid, but {stored['keeper']['_id']} has its ticket: refund it")
    if float(order.ticket.price) != float(ticket["price"]):
        report.change("order", id, f"its price was {ticket['price']}, is {order.ticket.price}")


def _order(stored: Stored, ticket: Stored) -> Order:
    superseded = stored["status"] in OPEN and stored["_id"] != stored["keeper"]["_id"]
    return Order(
        id=str(stored["_id"]),
        version=stored.get("version", 0),
        user_id=str(stored["userId"]),
        status=OrderStatus.CANCELLED if superseded else stored["status"],
        expires_at=stored["expiresAt"],
        ticket=OrderedTicket(
            id=str(ticket["_id"]),
            title=ticket["title"],
            price=price_of(ticket["price"]),
            version=ticket.get("version", 0),
            reservation=stored["reservation"],
        ),
    )
