"""Buyers, and what they have in common with sellers: dice of their own."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from infra.tests.chaos.api import Answer, Api
from infra.tests.chaos.journal import JSON

DECLINED = "tok_chargeDeclined"
CARDS = {  # what they charge, as shares; some refunds fail or pend, and some holders dispute
    "tok_visa": 68,
    "tok_refundFail": 20,
    "tok_pendingRefund": 5,
    "tok_createDispute": 4,
    "tok_createDisputeInquiry": 3,
}
PLAIN_CARDS = {"tok_visa": 1}  # nothing happens to their charges later


class User:
    """Someone signed up. `stop` says when to go home."""

    pause = 0.05, 0.5  # seconds between two deeds

    def __init__(self, api: Api, name: str, stop: asyncio.Event) -> None:
        self.api = api
        self.dice = random.Random(name)
        self.email = f"{name.replace(' ', '-')}@example.com"
        self.stop = stop
        self.cookie = ""
        self.id = ""

    async def sign_up(self) -> None:
        """As often as it takes; an address taken by a try that got no answer signs in."""
        body = {"email": self.email, "password": "password"}
        path = "/api/users/signup"
        while not self.cookie:
            answer, cookie = await self.api.ask_with_cookie("POST", path, "", body)
            if answer.status in (200, 201):
                self.cookie, self.id = cookie, answer.body["id"]
                self.api.journal.users[self.email] = self.id
            elif answer.status == 400:
                path = "/api/users/signin"
            else:
                await asyncio.sleep(0.3)

    async def live(self) -> None:
        await self.sign_up()
        while not self.stop.is_set():
            await self.act()
            await asyncio.sleep(self.dice.uniform(*self.pause))

    async def act(self) -> None:
        raise NotImplementedError

    async def ask(self, method: str, path: str, body: JSON | None = None) -> Answer:
        answer: Answer = await self.api.ask(method, path, self.cookie, body)
        return answer


class Buyer(User):
    """Orders whatever is there, and then pays, cancels, hesitates or forgets about it."""

    cards = CARDS
    looked_at: JSON | None = None  # in a tab that is still open

    async def act(self) -> None:
        listed = await self.ask("GET", "/api/tickets")
        if listed.status != 200 or not listed.body:
            return
        # Half of the time what everyone wants, so that they want it at the same time.
        wanted = listed.body[0] if self.dice.random() < 0.5 else self.dice.choice(listed.body)
        # Or what they have been looking at for long, and which may have been taken down meanwhile.
        if self.looked_at is None or self.dice.random() < 0.4:
            self.looked_at = self.dice.choice(listed.body)
        elif self.dice.random() < 0.3:
            wanted = self.looked_at
        # As the pages do, or as the base system's clients; the price may change meanwhile.
        price = wanted["price"] if self.dice.random() < 0.5 else None
        order = await self.order(wanted["id"], price)
        if order is None:
            return
        await asyncio.sleep(self.dice.uniform(0, 0.4))
        await self.dice.choices(self.ways(order), WEIGHTS)[0]()

    async def order(self, ticket_id: str, price: float | None = None) -> JSON | None:
        """The order of this ticket; the one there is, where a try had no answer."""
        asked = {"ticketId": ticket_id} | ({} if price is None else {"price": price})
        answer = await self.ask("POST", "/api/orders", asked)
        if answer.status == 201:
            self.api.journal.orders[answer.body["id"]] = answer.body
            return dict(answer.body)
        if answer.status in (0, 400, 502, 503, 504):  # a 400 may be due to a try without answer
            mine = await self.ask("GET", "/api/orders")
            for order in mine.body if mine.status == 200 else []:
                live = order["status"] in ("created", "awaiting:payment")
                if live and order["ticket"]["id"] == ticket_id:
                    return dict(order)
        return None

    def ways(self, order: JSON) -> list[Callable[[], Awaitable[object]]]:
        return [
            lambda: self.pay(order),
            lambda: self.decline_then_pay(order),
            lambda: self.cancel(order),
            lambda: asyncio.sleep(0),  # forgets about it: it expires
            lambda: asyncio.gather(self.pay(order), self.cancel(order)),
            lambda: asyncio.gather(self.pay(order), self.pay(order)),
            lambda: self.cancel_then_order_again(order),
            lambda: self.pay_at_the_last_moment(order),
        ]

    async def pay(self, order: JSON, token: str | None = None) -> None:
        """Until it is decided, until the order's time is over, or until one goes home."""
        token = token or self.dice.choices(list(self.cards), list(self.cards.values()))[0]
        give_up = time.monotonic() + 8
        body = {"token": token, "orderId": order["id"]}
        while time.monotonic() < give_up and not self.stop.is_set():
            answer = await self.ask("POST", "/api/payments", body)
            if answer.status == 201:
                self.api.journal.payments[order["id"]] = answer.body["id"]
                return
            if answer.status == 400 and answer.message != "A payment is already in progress":
                return
            await asyncio.sleep(self.dice.uniform(0.1, 0.4))

    async def decline_then_pay(self, order: JSON) -> None:
        await self.pay(order, DECLINED)
        await self.pay(order)

    async def cancel(self, order: JSON) -> None:
        self.api.journal.cancel_tried.add(order["id"])
        for _ in range(4):
            answer = await self.ask("DELETE", f"/api/orders/{order['id']}")
            if answer.status == 204:
                self.api.journal.cancelled.add(order["id"])
            if answer.status in (204, 400, 404):
                return
            await asyncio.sleep(0.2)

    async def cancel_then_order_again(self, order: JSON) -> None:
        await self.cancel(order)
        again = await self.order(order["ticket"]["id"])
        if again:
            await self.pay(again)

    async def pay_at_the_last_moment(self, order: JSON) -> None:
        await asyncio.sleep(self.dice.uniform(2.5, 4.5))
        await self.pay(order)


WEIGHTS = (40, 10, 12, 12, 10, 6, 6, 8)  # of the ways, in their order
