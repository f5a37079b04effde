"""The public API in memory: the same answers as the services, without the services."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field

import httpx

from ticketing_client.testing.accounts import Accounts
from ticketing_client.testing.answers import Refusal, find, refusal
from ticketing_client.testing.market import Market
from ticketing_client.testing.till import Till


@dataclass
class FakeApi:
    """A handler for `httpx.MockTransport`.

    What a test wants to go wrong it says here, by the path's word after `/api/`: parts that are
    `away` refuse the connection, `slow` ones take so many seconds, `odd` ones answer as given (all
    of them, or by one method: `PUT tickets`).
    With a `meeting`, no request arrives before as many are under way.
    """

    away: set[str] = field(default_factory=set)
    slow: dict[str, float] = field(default_factory=dict)
    odd: dict[str, httpx.Response] = field(default_factory=dict)
    lag: Counter[str] = field(default_factory=Counter)
    meeting: asyncio.Barrier | None = None
    requests: list[httpx.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.accounts = Accounts()
        self.till = Till()
        self.market = Market(self.till, self.lag)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.meeting:
            await self.meeting.wait()
        self.requests.append(request)
        _, _, part, *rest = request.url.path.split("/")
        await asyncio.sleep(self.slow.get(f"{request.method} {part}", self.slow.get(part, 0)))
        if part in self.away:
            raise httpx.ConnectError("refused", request=request)
        for name in (part, f"{request.method} {part}"):
            if name in self.odd:
                return self.odd[name]
        try:
            return self._answer(request, part, rest)
        except Refusal as refused:
            return httpx.Response(refused.status, json=refused.body)

    def _answer(self, request: httpx.Request, part: str, rest: list[str]) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        visitor = self.accounts.visitor(request)
        match part:
            case "users":
                return self.accounts.answer(rest[0], body, visitor)
            case "tickets":
                asked = request.url.params
                return self.market.answer_tickets(request.method, rest, body, visitor, asked)
            case "orders":
                asked = request.url.params
                return self.market.answer_orders(request.method, rest, body, visitor, asked)
        if rest[:1] == ["admissions"]:
            return self.till.admission(self.market.orders, rest[1])
        if request.method == "POST" and not body.get("token"):
            raise refusal(400, "Token must be provided", "token")
        if self.market.lags("payments"):
            raise refusal(404, "Not Found")
        order = find(self.market.orders, rest[0] if rest else body["orderId"])
        return self.till.answer(request.method, order, body, visitor)
