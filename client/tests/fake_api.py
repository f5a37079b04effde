"""The public API in memory: the same answers as the services, without the services.

What a test wants to go wrong it says here: `away` parts do not answer, `slow` ones take their
time, and `lag` counts the requests for which one service has not heard yet of another's news.
"""

import asyncio
import base64
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx

Json = dict[str, Any]

DECLINED = "Your card was declined."


class Refusal(Exception):  # noqa: N818
    def __init__(self, status: int, *errors: Json, **more: str) -> None:
        self.status = status
        self.body = {"errors": list(errors), **more}


def refusal(status: int, message: str, field: str | None = None) -> Refusal:
    return Refusal(status, {"message": message, **({"field": field} if field else {})})


@dataclass
class FakeApi:
    window: timedelta = timedelta(minutes=15)
    users: dict[str, Json] = field(default_factory=dict)
    tickets: dict[str, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    payments: dict[str, Json] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    slow: dict[str, float] = field(default_factory=dict)
    lag: Counter[str] = field(default_factory=Counter)
    requests: list[httpx.Request] = field(default_factory=list)
    _made: int = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        part = request.url.path.split("/")[2]
        await asyncio.sleep(self.slow.get(part, 0))
        if part in self.away:
            raise httpx.ConnectError("refused", request=request)
        try:
            return await self._answer(request, part)
        except Refusal as refused:
            return httpx.Response(refused.status, json=refused.body)

    async def _answer(self, request: httpx.Request, part: str) -> httpx.Response:
        rest = request.url.path.split("/")[3:]
        body = json.loads(request.content) if request.content else {}
        user = self._user(request)
        if part == "users":
            return self._users(rest[0], body, user)
        if part == "tickets":
            return self._tickets(request.method, rest, body, user)
        if part == "orders":
            return self._orders(request.method, rest, body, user)
        return self._payments(request.method, rest, body, user)

    def new_id(self) -> str:
        self._made += 1
        return f"{0x6921A0000000000000000000 + self._made:024x}"

    def _user(self, request: httpx.Request) -> str | None:
        for part in request.headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == "session":
                jwt = json.loads(base64.b64decode(unquote(value)))["jwt"]
                return str(jwt) if jwt in self.users else None
        return None

    def _users(self, action: str, body: Json, user: str | None) -> httpx.Response:
        if action == "currentuser":
            return httpx.Response(200, json={"currentUser": self._about(user) if user else None})
        if action == "signout":
            gone = "session=; Path=/; HttpOnly; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
            return httpx.Response(200, json={}, headers={"set-cookie": gone})
        email, password = body["email"].strip().lower(), body["password"].strip()
        known = next((u for u in self.users.values() if u["email"] == email), None)
        errors = []
        if "@" not in email:
            errors.append({"message": "Email must be valid", "field": "email"})
        if action == "signup" and not 4 <= len(password) <= 20:
            text = "Password must be between 4 and 20 characters"
            errors.append({"message": text, "field": "password"})
        if action == "signin" and not password:
            errors.append({"message": "You must supply a password", "field": "password"})
        if errors:
            raise Refusal(400, *errors)
        if action == "signup":
            if known:
                raise refusal(400, "Email in use")
            known = {"id": self.new_id(), "email": email, "password": password}
            self.users[known["id"]] = known
        elif known is None or known["password"] != password:
            raise refusal(400, "Invalid credentials")
        session = base64.b64encode(json.dumps({"jwt": known["id"]}).encode()).decode()
        cookie = f"session={session}; Path=/; HttpOnly; Secure; SameSite=lax"
        status = 201 if action == "signup" else 200
        return httpx.Response(
            status, json={"id": known["id"], "email": email}, headers={"set-cookie": cookie}
        )

    def _about(self, user: str) -> Json:
        return {"id": user, "email": self.users[user]["email"], "iat": 1795000000}

    def _tickets(
        self, method: str, rest: list[str], body: Json, user: str | None
    ) -> httpx.Response:
        if method == "GET" and not rest:
            free = [t for t in self.tickets.values() if not t["orderId"]]
            return httpx.Response(200, json=free)
        if method == "GET" and rest == ["mine"]:
            mine = [t for t in self.tickets.values() if t["userId"] == self._signed_in(user)]
            if self._lags("mine"):
                mine = mine[:-1]
            return httpx.Response(200, json=[{**t, "state": self._state(t)} for t in mine])
        if method == "GET":
            return httpx.Response(200, json=self._find(self.tickets, rest[0]))
        self._signed_in(user)
        price = self._valid(body)
        if method == "POST":
            ticket = {
                "id": self.new_id(),
                "title": body["title"],
                "price": price,
                "userId": user,
                "version": 0,
                "orderId": None,
            }
            self.tickets[ticket["id"]] = ticket
            return httpx.Response(201, json=ticket)
        ticket = self._find(self.tickets, rest[0])
        if ticket["userId"] != user:
            raise refusal(401, "Not authorized")
        if ticket["orderId"]:
            raise refusal(400, "Cannot edit a reserved ticket")
        ticket.update(title=body["title"], price=price, version=ticket["version"] + 1)
        return httpx.Response(200, json=ticket)

    def _valid(self, body: Json) -> float:
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

    def _state(self, ticket: Json) -> str:
        if not ticket["orderId"]:
            return "listed"
        return "sold" if self.orders[ticket["orderId"]]["status"] == "complete" else "reserved"

    def _orders(self, method: str, rest: list[str], body: Json, user: str | None) -> httpx.Response:
        user = self._signed_in(user)
        if method == "POST":
            return httpx.Response(201, json=self._reserve(body["ticketId"], user))
        if not rest:
            return httpx.Response(
                200, json=[o for o in self.orders.values() if o["userId"] == user]
            )
        order = self._find(self.orders, rest[0])
        if order["userId"] != user:
            raise refusal(401, "Not authorized")
        if method == "GET":
            if order["status"] == "created" and not self._lags("confirm"):
                order["status"] = "awaiting:payment"
            if self.payments[order["id"]]["status"] == "charged" and not self._lags("complete"):
                order["status"] = "complete"
            return httpx.Response(200, json=order)
        if order["status"] == "complete":
            raise refusal(400, "Cannot cancel a complete order")
        self.cancel(order["id"])
        return httpx.Response(204)

    def _reserve(self, ticket_id: str, user: str) -> Json:
        ticket = self._find(self.tickets, ticket_id)
        if self._lags("orders"):
            raise refusal(404, "Not Found")
        if ticket["orderId"]:
            raise refusal(400, "Ticket is already reserved")
        order = {
            "id": self.new_id(),
            "userId": user,
            "status": "created",
            "expiresAt": moment(datetime.now(UTC) + self.window),
            "ticket": {k: ticket[k] for k in ("id", "title", "price", "version")},
            "version": 0,
        }
        ticket["orderId"] = order["id"]
        self.orders[order["id"]] = order
        self.payments[order["id"]] = {"status": "none", "amount": ticket["price"]}
        return order

    def _payments(
        self, method: str, rest: list[str], body: Json, user: str | None
    ) -> httpx.Response:
        user = self._signed_in(user)
        if method == "POST" and not body.get("token"):
            raise refusal(400, "token must be provided", "token")
        order = self._find(self.orders, rest[0] if rest else body["orderId"])
        payment = self.payments[order["id"]]
        if self._lags("payments"):
            raise refusal(404, "Not Found")
        if order["userId"] != user:
            raise refusal(401, "Not authorized")
        if method == "GET":
            return httpx.Response(200, json={"orderId": order["id"], **payment})
        return self._pay(order, payment, body["token"])

    def _pay(self, order: Json, payment: Json, token: str) -> httpx.Response:
        if payment["status"] == "charging":
            raise refusal(400, "A payment is already in progress")
        if payment["status"] == "charged":
            raise refusal(400, "Order is already paid")
        if order["status"] == "cancelled":
            raise refusal(400, "Cannot pay for a cancelled order")
        secret = payment.pop("clientSecret", None)
        if token == "tok_unknown":
            raise refusal(400, "No such token: tok_unknown")
        if token.startswith("tok_chargeDeclined"):
            payment["message"] = DECLINED
            raise refusal(400, DECLINED)
        if token == "tok_lost":
            payment["status"] = "charging"
            raise refusal(503, "Your payment is being confirmed, do not pay again")
        if token == "tok_threeDSecure2Required" and not secret:
            text = "Your bank asks you to confirm this payment"
            payment.update(clientSecret="pi_1_secret_2", message=text)
            raise Refusal(400, {"message": text}, clientSecret="pi_1_secret_2")
        payment.pop("message", None)
        payment["status"] = "charged"
        return httpx.Response(201, json={"id": self.new_id()})

    def cancel(self, order_id: str) -> None:
        """End an order as orders does, and free its ticket as tickets does."""
        order = self.orders[order_id]
        order["status"] = "cancelled"
        ticket = self.tickets[order["ticket"]["id"]]
        if ticket["orderId"] == order_id:
            ticket["orderId"] = None

    def expire(self, order_id: str) -> None:
        """Let an order's time have run out a minute ago."""
        self.orders[order_id]["expiresAt"] = moment(datetime.now(UTC) - timedelta(minutes=1))

    def _lags(self, what: str) -> bool:
        self.lag[what] -= 1
        return self.lag[what] >= 0

    @staticmethod
    def _signed_in(user: str | None) -> str:
        if user is None:
            raise refusal(401, "Not authorized")
        return user

    @staticmethod
    def _find(documents: dict[str, Json], id: str) -> Json:
        if id not in documents:
            raise refusal(404, "Not Found")
        return documents[id]


def moment(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
