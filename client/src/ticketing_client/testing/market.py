"""The fake's tickets and orders, which know of each other at once unless told to lag."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from ticketing_client.testing.answers import (
    Json,
    Refusal,
    find,
    moment,
    new_id,
    refusal,
    signed_in,
)
from ticketing_client.testing.till import Till

TICKETS_A_PAGE = 100


@dataclass
class Market:
    """`lag` counts for how many requests more one service has not heard of another's news."""

    till: Till
    lag: Counter[str]
    tickets: dict[str, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    window: timedelta = timedelta(minutes=15)

    def answer_tickets(
        self, method: str, rest: list[str], body: Json, visitor: str | None, cursor: str | None
    ) -> httpx.Response:
        if method == "GET" and not rest:
            return self._page(cursor)
        if method == "GET" and rest == ["mine"]:
            mine = [t for t in self.tickets.values() if t["userId"] == signed_in(visitor)]
            seen = mine[:-1] if self.lags("mine") else mine
            return httpx.Response(200, json=[{**t, "state": self._state(t)} for t in seen])
        if method == "GET":
            return httpx.Response(200, json=find(self.tickets, rest[0]))
        seller = signed_in(visitor)
        price = _valid_price(body)
        if method == "POST":
            return httpx.Response(201, json=self.list_ticket(seller, body["title"], price))
        ticket = find(self.tickets, rest[0])
        if ticket["userId"] != seller:
            raise refusal(401, "Not authorized")
        if ticket["orderId"]:
            raise refusal(400, "Cannot edit a reserved ticket")
        ticket.update(title=body["title"], price=price, version=ticket["version"] + 1)
        return httpx.Response(200, json=ticket)

    def _page(self, cursor: str | None) -> httpx.Response:
        free = [each for each in reversed(self.tickets.values()) if not each["orderId"]]
        older = [each for each in free if cursor is None or each["id"] < cursor]
        page, more = older[:TICKETS_A_PAGE], older[TICKETS_A_PAGE:]
        link = f'<?limit={TICKETS_A_PAGE}&cursor={page[-1]["id"]}>; rel="next"' if more else ""
        return httpx.Response(200, json=page, headers={"Link": link} if link else {})

    def answer_orders(
        self, method: str, rest: list[str], body: Json, visitor: str | None
    ) -> httpx.Response:
        buyer = signed_in(visitor)
        if method == "POST":
            find(self.tickets, body["ticketId"])
            if self.lags("orders"):
                raise refusal(404, "Not Found")
            return httpx.Response(201, json=self.reserve(body["ticketId"], buyer))
        if not rest:
            own = [order for order in self.orders.values() if order["userId"] == buyer]
            return httpx.Response(200, json=own)
        order = find(self.orders, rest[0])
        if order["userId"] != buyer:
            raise refusal(401, "Not authorized")
        if method == "GET":
            self._hear_news(order)
            return httpx.Response(200, json=order)
        if order["status"] == "complete":
            raise refusal(400, "Cannot cancel a complete order")
        self.cancel(order["id"])
        return httpx.Response(204)

    def list_ticket(self, seller: str, title: str, price: float) -> Json:
        ticket: Json = {"id": new_id(), "title": title, "price": price, "userId": seller}
        self.tickets[ticket["id"]] = {**ticket, "version": 0, "orderId": None}
        return self.tickets[ticket["id"]]

    def reserve(self, ticket_id: str, buyer: str) -> Json:
        ticket = self.tickets[ticket_id]
        if ticket["orderId"]:
            raise refusal(400, "Ticket is already reserved")
        order: Json = {
            "id": new_id(),
            "userId": buyer,
            "status": "created",
            "expiresAt": moment(datetime.now(UTC) + self.window),
            "ticket": {name: ticket[name] for name in ("id", "title", "price", "version")},
            "version": 0,
        }
        ticket["orderId"] = order["id"]
        self.orders[order["id"]] = order
        self.till.open(order)
        return order

    def cancel(self, order_id: str) -> None:
        """End an order as orders does, and free its ticket as tickets does."""
        order = self.orders[order_id]
        order["status"] = "cancelled"
        ticket = self.tickets[order["ticket"]["id"]]
        if ticket["orderId"] == order_id:
            ticket["orderId"] = None

    def run_out(self, order_id: str) -> None:
        """The order's time was over a minute ago; nobody has noticed yet."""
        self.orders[order_id]["expiresAt"] = moment(datetime.now(UTC) - timedelta(minutes=1))

    def lags(self, what: str) -> bool:
        self.lag[what] -= 1
        return self.lag[what] >= 0

    def _hear_news(self, order: Json) -> None:
        if order["status"] == "created" and not self.lags("confirm"):
            order["status"] = "awaiting:payment"
        if self.till.payments[order["id"]]["status"] == "charged" and not self.lags("complete"):
            order["status"] = "complete"

    def _state(self, ticket: Json) -> str:
        if not ticket["orderId"]:
            return "listed"
        return "sold" if self.orders[ticket["orderId"]]["status"] == "complete" else "reserved"


def _valid_price(body: Json) -> float:
    errors = []
    if not body["title"].strip():
        errors.append({"message": "Title is required", "field": "title"})
    try:
        price = float(body["price"])
    except ValueError:
        price = 0
    if price <= 0:
        errors.append({"message": "Price must be greater than 0", "field": "price"})
    elif price < 0.5:
        errors.append({"message": "Price must be at least 0.50", "field": "price"})
    if errors:
        raise Refusal(400, *errors)
    return price
