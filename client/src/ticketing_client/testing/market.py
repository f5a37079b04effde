"""The fake's tickets and orders, which know of each other at once unless told to lag."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ticketing_client.testing import listing
from ticketing_client.testing.answers import (
    Json,
    Refusal,
    find,
    moment,
    new_id,
    refusal,
    signed_in,
)
from ticketing_client.testing.lists import on_sale, part, state_of
from ticketing_client.testing.till import Till

ORDERED = ("id", "title", "price", "version", "startsAt", "venue")  # what an order keeps
TICKETS_A_PAGE = 100
MOST = 500


@dataclass
class Market:
    """`lag` counts for how many requests more one service has not heard of another's news."""

    till: Till
    lag: Counter[str]
    tickets: dict[str, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    window: timedelta = timedelta(minutes=15)

    def answer_tickets(
        self,
        method: str,
        rest: list[str],
        body: Json,
        visitor: str | None,
        asked: httpx.QueryParams,
    ) -> httpx.Response:
        if method == "GET" and not rest:
            return part(on_sale(self.tickets.values(), asked), asked, TICKETS_A_PAGE)
        if method == "GET" and rest[0] == "mine":
            return self._mine(signed_in(visitor), rest[1:], asked)
        if method == "GET" and rest[1:] == ["state"]:
            own = self._own(find(self.tickets, rest[0]))
            if own.get("stateless"):  # as an older version of tickets
                raise refusal(404, "Not Found")
            told = {"state": own["state"]}
            if own["userId"] == visitor and own["soldFor"]:
                told |= {"soldFor": own["soldFor"], "soldAt": own["soldAt"]}
            return httpx.Response(200, json=told)
        if method == "GET":
            return httpx.Response(200, json=find(self.tickets, rest[0]))
        seller = signed_in(visitor)
        if method == "DELETE":
            ticket = self._changed(rest[0], seller, "take down a ticket that is reserved or sold")
            return listing.withdraw(ticket)
        price = _valid_price(body)
        listing.require_to_come(body)
        if method == "POST":
            ticket = self.list_ticket(seller, body["title"], price)
            return httpx.Response(201, json=listing.listed(ticket, body))
        ticket = self._changed(rest[0], seller, "edit a reserved ticket")
        ticket.update(title=body["title"], price=price, version=ticket["version"] + 1)
        return httpx.Response(200, json=listing.listed(ticket, body))

    def _changed(self, id: str, seller: str, what: str) -> Json:
        """The ticket, if its seller may do that with it now."""
        ticket = find(self.tickets, id)
        if ticket["userId"] != seller:
            raise refusal(401, "Not authorized")
        if ticket["orderId"]:
            raise refusal(400, f"Cannot {what}")
        return ticket

    def _mine(self, seller: str, rest: list[str], asked: httpx.QueryParams) -> httpx.Response:
        own = [self._own(t) for t in self.tickets.values() if t["userId"] == seller][::-1]
        if rest == ["counts"]:
            states = Counter({"listed": 0, "reserved": 0, "sold": 0, "withdrawn": 0})
            states.update(each["state"] for each in own)
            earned = sum(each["soldFor"] or 0 for each in own)
            return httpx.Response(200, json={**states, "earned": earned})
        seen = own[1:] if self.lags("mine") else own
        state = asked.get("state")
        return part([t for t in seen if state in (None, t["state"])], asked, MOST)

    def answer_orders(
        self,
        method: str,
        rest: list[str],
        body: Json,
        visitor: str | None,
        asked: httpx.QueryParams,
    ) -> httpx.Response:
        buyer = signed_in(visitor)
        if method == "POST":
            find(self.tickets, body["ticketId"])
            if self.lags("orders") or ("ticketVersion" in body and self.lags("edit")):
                raise refusal(404, "Not Found")
            if self.lags("listing"):
                raise listing.DOWN
            price = self.tickets[body["ticketId"]]["price"]
            seen: Any = body.get("price", price)
            if self.lags("price") or float(seen) != price:
                raise refusal(400, f"The price is ${price:,.2f} now", "price")
            return httpx.Response(201, json=self.reserve(body["ticketId"], buyer))
        own = [order for order in self.orders.values() if order["userId"] == buyer][::-1]
        if rest == ["counts"]:
            states = Counter({"open": 0, "complete": 0, "cancelled": 0})
            states.update(map(state_of, own))
            return httpx.Response(200, json=states)
        if not rest:
            state, ticket = asked.get("state"), asked.get("ticketId")
            own = [order for order in own if state in (None, state_of(order))]
            own = [order for order in own if ticket in (None, order["ticket"]["id"])]
            return part(own, asked, MOST)
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
        listing.require_open(ticket)
        if ticket["orderId"]:
            raise refusal(400, "Ticket is already reserved")
        order: Json = {
            "id": new_id(),
            "userId": buyer,
            "status": "created",
            "expiresAt": moment(datetime.now(UTC) + self.window),
            "ticket": {name: ticket[name] for name in ORDERED if ticket.get(name) is not None},
            "version": 0,
        }
        ticket["orderId"] = order["id"]
        self.orders[order["id"]] = order
        self.till.open(order)
        return order

    def cancel(self, order_id: str) -> None:
        """End an order as orders does, and free its ticket as tickets does."""
        order = self.orders[order_id]
        over = order["expiresAt"] <= moment(datetime.now(UTC))
        order.update(status="cancelled", cancelledBy="expiry" if over else "buyer")
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

    def _own(self, ticket: Json) -> Json:
        """As its seller is told of it."""
        order = self.orders[ticket["orderId"]] if ticket["orderId"] else None
        return listing.own(ticket, order)


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
