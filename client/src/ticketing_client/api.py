"""The public API as one visitor sees it; each method is an endpoint."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from ticketing_client.models import Order, Payment, Ticket, User
from ticketing_client.transport import ApiUnavailableError, Transport
from ticketing_common.logs import request_id

# Passed on as the visitor sent them: who asks, and by which address.
PASSED_ON = (
    "cookie",
    "host",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
)
SESSION_COOKIE = "session="

# Passwords are slow to hash on purpose, so signing in may take this many times longer.
PASSWORD_PATIENCE = 3.0

# Of the time left when a write begins; the rest is for the reads of the page that tells of it.
WRITES_PART = 0.75

T = TypeVar("T")


@dataclass(frozen=True)
class Account:
    """Who is looking; `known` is false while the API can't say."""

    user: User | None
    known: bool = True


@dataclass(frozen=True)
class OnSale:
    """As many tickets as the API gives at a time, and the cursor to those listed before them."""

    tickets: list[Ticket]
    older: str | None


class _CurrentUser(BaseModel):
    currentUser: User | None  # noqa: N815 - the API's word


CURRENT_USER = TypeAdapter(_CurrentUser)
TICKET, TICKETS = TypeAdapter(Ticket), TypeAdapter(list[Ticket])
ORDER, ORDERS = TypeAdapter(Order), TypeAdapter(list[Order])
PAYMENT = TypeAdapter(Payment)


class Api:
    """Hands out the API as a given visitor sees it."""

    def __init__(self, transport: Transport, timeout: float) -> None:
        self.timeout = timeout
        self.transport = transport

    def on_behalf_of(self, headers: Mapping[str, str]) -> "VisitorApi":
        passed_on = {name: headers[name] for name in PASSED_ON if name in headers}
        if id := request_id.get():
            passed_on["x-request-id"] = id
        return VisitorApi(self.transport, self.timeout, passed_on)


class VisitorApi:
    """One page's calls, which share one deadline; a write leaves some time to tell what it did.

    Passwords and payments take longer than a page, and have deadlines of their own.
    """

    def __init__(self, transport: Transport, timeout: float, headers: Mapping[str, str]) -> None:
        self._transport = transport
        self._timeout = timeout
        self._headers = headers
        self._deadline: float | None = None
        self.has_session = SESSION_COOKIE in headers.get("cookie", "")

    async def account(self) -> Account:
        if not self.has_session:
            return Account(None)
        try:
            answer = await self._get("/api/users/currentuser", CURRENT_USER)
        except ApiUnavailableError:
            return Account(None, known=False)
        return Account(answer.currentUser)

    async def signup(self, email: str, password: str) -> httpx.Response:
        return await self._password("/api/users/signup", email, password)

    async def signin(self, email: str, password: str) -> httpx.Response:
        return await self._password("/api/users/signin", email, password)

    async def signout(self) -> httpx.Response:
        return await self._send("POST", "/api/users/signout", {})

    async def tickets(self, cursor: str | None = None) -> OnSale:
        """What is on sale, the newest first, from that cursor on."""
        path = f"/api/tickets?{urlencode({'cursor': cursor})}" if cursor else "/api/tickets"
        answer = await self._read(path)
        older = answer.links.get("next", {}).get("url")
        return OnSale(_parse(answer, TICKETS), older and httpx.URL(older).params.get("cursor"))

    async def my_tickets(self) -> list[Ticket]:
        return await self._get("/api/tickets/mine", TICKETS)

    async def ticket(self, id: str) -> Ticket:
        return await self._get(f"/api/tickets/{id}", TICKET)

    async def create_ticket(self, title: str, price: str) -> Ticket:
        body = {"title": title, "price": price}
        return _parse(await self._send("POST", "/api/tickets", body), TICKET)

    async def update_ticket(self, id: str, title: str, price: str) -> Ticket:
        body = {"title": title, "price": price}
        return _parse(await self._send("PUT", f"/api/tickets/{id}", body), TICKET)

    async def orders(self) -> list[Order]:
        return await self._get("/api/orders", ORDERS)

    async def order(self, id: str) -> Order:
        return await self._get(f"/api/orders/{id}", ORDER)

    async def create_order(self, ticket_id: str) -> Order:
        return _parse(await self._send("POST", "/api/orders", {"ticketId": ticket_id}), ORDER)

    async def cancel_order(self, id: str) -> None:
        await self._send("DELETE", f"/api/orders/{id}", None)

    async def payment(self, order_id: str) -> Payment:
        return await self._get(f"/api/payments/{order_id}", PAYMENT)

    async def pay(self, order_id: str, token: str, *, patience: float) -> None:
        body = {"orderId": order_id, "token": token}
        await self._send("POST", "/api/payments", body, self._timeout * patience)

    async def _password(self, path: str, email: str, password: str) -> httpx.Response:
        body = {"email": email, "password": password}
        return await self._send("POST", path, body, self._timeout * PASSWORD_PATIENCE)

    async def _get(self, path: str, adapter: TypeAdapter[T]) -> T:
        return _parse(await self._read(path), adapter)

    async def _read(self, path: str) -> httpx.Response:
        return await self._transport.send("GET", path, self._headers, None, self._left())

    async def _send(
        self, method: str, path: str, body: object, timeout: float | None = None
    ) -> httpx.Response:
        if timeout is None:
            timeout = self._left() * WRITES_PART
        return await self._transport.send(method, path, self._headers, body, timeout)

    def _left(self) -> float:
        """Seconds until the page has to be told, from its first call on."""
        now = asyncio.get_running_loop().time()
        if self._deadline is None:
            self._deadline = now + self._timeout
        return max(self._deadline - now, 0)


def _parse(response: httpx.Response, adapter: TypeAdapter[T]) -> T:
    try:
        return adapter.validate_json(response.content)
    except ValidationError as error:
        raise ApiUnavailableError(f"{response.url.path}: an answer we can't read") from error
