"""The public API as one visitor sees it; each method is an endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
from pydantic import BaseModel, TypeAdapter
from starlette.requests import Request

from ticketing_client.calls import Calls, Part, parse
from ticketing_client.config import ClientSettings
from ticketing_client.models import Admission, Order, Payment, Ticket, TicketState, User
from ticketing_client.transport import ApiRefusedError, ApiUnavailableError, Transport
from ticketing_common.middlewares.client_address import ClientAddress
from ticketing_common.middlewares.vouching import HEADER, Vouching
from ticketing_common.request_ids import request_id

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


@dataclass(frozen=True)
class Account:
    """Who is looking; `known` is false while the API can't say."""

    user: User | None
    known: bool = True


class _CurrentUser(BaseModel):
    currentUser: User | None  # noqa: N815 - the API's word


CURRENT_USER = TypeAdapter(_CurrentUser)
TICKET, TICKETS = TypeAdapter(Ticket), TypeAdapter(list[Ticket])
ORDER, ORDERS = TypeAdapter(Order), TypeAdapter(list[Order])
TICKET_STATE, COUNTS = TypeAdapter(TicketState), TypeAdapter(dict[str, Decimal])
PAYMENT, ADMISSION = TypeAdapter(Payment), TypeAdapter(Admission)


class Api:
    """Hands out the API as a given visitor sees it."""

    def __init__(self, transport: Transport, settings: ClientSettings) -> None:
        self.timeout = settings.API_TIMEOUT_SECONDS
        self.transport = transport
        self._address = ClientAddress(settings)
        self._vouching = Vouching(settings.VISITOR_KEYS)

    def on_behalf_of(self, request: Request) -> "VisitorApi":
        headers = request.headers
        passed_on = {name: headers[name] for name in PASSED_ON if name in headers}
        if vouched := self._vouching.write(self._address(request)):
            passed_on[HEADER] = vouched
        if id := request_id.get():
            passed_on["x-request-id"] = id
        return VisitorApi(self.transport, self.timeout, passed_on)


class VisitorApi(Calls):
    """Passwords and payments take longer than a page, and have deadlines of their own."""

    def __init__(self, transport: Transport, timeout: float, headers: Mapping[str, str]) -> None:
        super().__init__(transport, timeout, headers)
        self.session = headers.get("cookie", "")
        self.has_session = SESSION_COOKIE in self.session

    def signed_in(self, answer: httpx.Response) -> "VisitorApi":
        """As the same visitor once the session has begun that signing in or up answered with."""
        session = answer.headers["set-cookie"].partition(";")[0]
        return VisitorApi(self._transport, self._timeout, {**self._headers, "cookie": session})

    async def account(self) -> Account:
        if not self.has_session:
            return Account(None)
        try:
            answer = await self._get("/api/users/currentuser", CURRENT_USER)
        except (ApiUnavailableError, ApiRefusedError):  # which refuses, say, too large a cookie
            return Account(None, known=False)
        return Account(answer.currentUser)

    async def signup(self, email: str, password: str) -> httpx.Response:
        return await self._password("/api/users/signup", email, password)

    async def signin(self, email: str, password: str) -> httpx.Response:
        return await self._password("/api/users/signin", email, password)

    async def signout(self) -> httpx.Response:
        return await self._send("POST", "/api/users/signout", {})

    async def tickets(self, **asked: str | int) -> Part[Ticket]:
        """What is on sale: a page of it, by the API's own parameters; empty ones are left out."""
        return await self._part("/api/tickets", asked, TICKETS)

    async def my_tickets(self, **asked: str | int) -> Part[Ticket]:
        return await self._part("/api/tickets/mine", asked, TICKETS)

    async def my_ticket_counts(self) -> dict[str, Decimal]:
        """By state, and what sales have `earned`, in dollars."""
        return await self._get("/api/tickets/mine/counts", COUNTS)

    async def ticket_state(self, id: str) -> TicketState:
        return await self._get(f"/api/tickets/{id}/state", TICKET_STATE)

    async def ticket(self, id: str) -> Ticket:
        return await self._get(f"/api/tickets/{id}", TICKET)

    async def create_ticket(self, body: Mapping[str, Any]) -> Ticket:
        return parse(await self._send("POST", "/api/tickets", body), TICKET)

    async def update_ticket(self, id: str, body: Mapping[str, Any]) -> Ticket:
        """Which puts it up again, where it was down."""
        return parse(await self._send("PUT", f"/api/tickets/{id}", body), TICKET)

    async def withdraw_ticket(self, id: str) -> None:
        await self._send("DELETE", f"/api/tickets/{id}", None)

    async def orders(self, **asked: str | int) -> Part[Order]:
        return await self._part("/api/orders", asked, ORDERS)

    async def order_counts(self) -> dict[str, Decimal]:
        return await self._get("/api/orders/counts", COUNTS)

    async def order(self, id: str) -> Order:
        return await self._get(f"/api/orders/{id}", ORDER)

    async def create_order(self, ticket_id: str, price: str | None, version: int | None) -> Order:
        """At this price, or not at all; at whatever it costs where none is given. Not before orders
        has heard of this version, where one is."""
        body: dict[str, Any] = {"ticketId": ticket_id} | ({"price": price} if price else {})
        body |= {} if version is None else {"ticketVersion": version}
        return parse(await self._send("POST", "/api/orders", body), ORDER)

    async def cancel_order(self, id: str) -> None:
        await self._send("DELETE", f"/api/orders/{id}", None)

    async def payment(self, order_id: str) -> Payment:
        return await self._get(f"/api/payments/{order_id}", PAYMENT)

    async def admission(self, code: str) -> Admission:
        """What a code is worth; raise `ApiRefusedError` with 404 where it is not ours."""
        return await self._get(f"/api/payments/admissions/{code}", ADMISSION)

    async def pay(self, order_id: str, token: str, *, patience: float) -> None:
        body = {"orderId": order_id, "token": token}
        await self._send("POST", "/api/payments", body, self._timeout * patience)

    async def _password(self, path: str, email: str, password: str) -> httpx.Response:
        body = {"email": email, "password": password}
        return await self._send("POST", path, body, self._timeout * PASSWORD_PATIENCE)
