"""What people do in Stripe's dashboard and at cardholders' banks, while nobody asks the shop."""

import random
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import httpx

from infra.tests.chaos.journal import JSON
from infra.tests.chaos.stack import ChaosStack

ELSEWHERE = "requested_by_customer"  # the reason of refunds made here; the shop's own have none
WATCHED = ("charged", "refunded")
ENDS = {
    "needs_response": ("won", "lost"),
    "under_review": ("won", "lost"),
    "warning_needs_response": ("warning_closed",),
    "warning_under_review": ("warning_closed",),
}


class StripeControl:
    """The fake's control API, past the proxy."""

    def __init__(self, stack: ChaosStack) -> None:
        self._stack = stack

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON; None where the fake is down or paused just now."""
        url = f"http://127.0.0.1:{self._stack.port('stripe')}/_fake{path}"
        with suppress(httpx.HTTPError):
            async with httpx.AsyncClient(timeout=5) as http:
                return (await http.request(method, url, json=body)).json()
        return None


class Dashboard:
    def __init__(self, stripe: StripeControl, seed: int) -> None:
        self._stripe = stripe
        self._dice = random.Random(f"dashboard {seed}")

    async def act(self, what: str) -> None:
        ledger = await self._stripe.ask("GET", "/ledger") or {}
        match what:
            case "refund" | "part of a refund":
                await self._refund(ledger, whole=what == "refund")
            case "dispute":
                if charge := self._a_charge(ledger):
                    inquiry = self._dice.random() < 0.3
                    body = {"charge": charge["id"], "inquiry": inquiry}
                    await self._stripe.ask("POST", "/disputes", body)
            case "decide a dispute":
                orders = ledger.get("orders", {})
                if found := sorted(undecided(orders).items()):
                    await decide(self._stripe, self._dice, dict([self._dice.choice(found)]))
            case _:
                raise ValueError(what)

    async def _refund(self, ledger: JSON, *, whole: bool) -> None:
        if charge := self._a_charge(ledger):
            body = {"charge": charge["id"], "reason": ELSEWHERE}
            if not whole:
                body["amount"] = self._dice.randint(1, charge["amount"] - charge["amount_refunded"])
            await self._stripe.ask("POST", "/refunds", body)

    def _a_charge(self, ledger: JSON) -> JSON | None:
        """One that took money which is still there."""
        kept = [
            charge
            for charge in ledger.get("charges", ())
            if charge["paid"] and not charge["refunded"] and not charge["disputed"]
        ]
        return self._dice.choice(kept) if kept else None


def unheard(payments: Iterable[tuple[str, JSON]], accounts: Mapping[str, JSON]) -> int:
    """How many of these, by order, are watched and do not know yet what Stripe does: of a refund
    that has arrived or failed, of a dispute or of its end."""
    return sum(
        not _knows(payment["watch"], accounts.get(order, {}))
        for order, payment in payments
        if payment["status"] in WATCHED and (payment.get("watch") or {}).get("at")
    )


def _knows(watch: JSON, account: JSON) -> bool:
    disputes, known = account.get("disputes", {}), watch["disputeId"]
    over = known in disputes and disputes[known] not in ENDS
    return bool(
        watch["refunded"] == account.get("refunded", 0)
        and (not disputes or known in disputes)
        and not (over and watch["dispute"] == "open")
    )


def undecided(orders: JSON) -> dict[str, str]:
    """The status of each dispute that is open, by its id; `orders` are the ledger's."""
    return {
        id: status
        for account in orders.values()
        for id, status in account["disputes"].items()
        if status in ENDS
    }


async def decide(stripe: StripeControl, dice: random.Random, disputes: dict[str, str]) -> None:
    """Banks decide over these."""
    for id, status in disputes.items():
        body = {"status": dice.choice(ENDS[status])}
        await stripe.ask("POST", f"/disputes/{id}/status", body)
