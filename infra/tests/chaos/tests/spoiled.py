"""What is wrong with a run, by the invariant that it breaks."""

from collections.abc import Callable
from typing import Any

from infra.tests.chaos.changes import Change
from infra.tests.chaos.tests.conftest import EXPIRES, ORDER, PAYMENT, TICKET, at

Spoil = Callable[[dict[str, Any]], object]
OTHER = "d" * 24


def set_at(*path: Any) -> Spoil:
    """Give the field at the end of the path, which is before the last item, that value."""
    *way, name, value = path

    def spoil(facts: dict[str, Any]) -> None:
        target: Any = facts
        for step in way:
            target = target[step]
        target[name] = value

    return spoil


def case(kind: str, subject: str) -> dict[str, Any]:
    return {"kind": kind, "subject": subject, "orderId": ORDER, "said": ""}


def cancelled(facts: dict[str, Any]) -> None:
    """The order was cancelled before the payment was heard of."""
    facts["orders"][ORDER] |= {"status": "cancelled", "version": 1}
    facts["order_replicas"][ORDER] |= {"status": "cancelled", "orderVersion": 1}


def refunded(facts: dict[str, Any], status: str, reason: str | None = None) -> None:
    """All of the charge was refunded, which has failed or has not."""
    failed = status == "failed"
    refund = {"payment_intent": "pi_1", "amount": 1999, "status": status, "reason": reason}
    facts["refunds"] = {"re_1": refund}
    facts["ledger"][ORDER] |= {"refunds": not failed, "refunded": 0 if failed else 1999}
    facts["payments"][PAYMENT] |= {"refundId": None if failed else "re_1"}
    facts["payments"][PAYMENT] |= {"refunded": 0 if failed else 1999}


def change(order: str, ticket: str | None, status: str, seconds: float) -> Spoil:
    return lambda facts: facts["changes"].append(Change(order, ticket, status, at(seconds)))


def cancelled_early(facts: dict[str, Any]) -> None:
    facts["changes"][-1] = Change(ORDER, None, "cancelled", at(1))


def cancelled_late(facts: dict[str, Any]) -> None:
    facts["orders"][ORDER]["status"] = "cancelled"
    facts["changes"][-1] = Change(ORDER, None, "cancelled", at(12))


def listed_as(**listing: Any) -> Spoil:
    """The version that was ordered was told with that."""
    return lambda facts: facts["messages"][0][1].update(listing={"number": 1, **listing})


def lost_version(facts: dict[str, Any]) -> None:
    del facts["messages"][2]


def crash(facts: dict[str, Any]) -> None:
    facts["journal"].crashes.append("GET /api/orders: 500")


SPOILED: dict[str, Spoil] = {
    "at most one live order per ticket at any moment": change(OTHER, TICKET, "created", 2),
    "complete and cancelled are final": change(ORDER, None, "cancelled", 8),
    "no order is cancelled before its time but by its buyer": cancelled_early,
    "no order is open for long after its time": cancelled_late,
    "no order is charged twice": set_at("ledger", ORDER, "charges", 2),
    "a charge is a complete order at the price shown, or refunded, or a case": set_at(
        "ledger", ORDER, "charged", 1998
    ),
    "a complete order has exactly one charge": set_at("ledger", {}),
    "a cancelled order can't be charged any more": lambda facts: (
        set_at("orders", ORDER, "status", "cancelled")(facts),
        set_at("intents", "pi_1", "status", "requires_payment_method")(facts),
    ),
    "no intent is made twice": set_at("ledger", ORDER, "keys", "pi_2", f"{ORDER}/2"),
    "the payments ledger is Stripe's": set_at("payments", {}),
    "a case is something that happened": set_at("cases", {"c": case("kept", "ch_1")}),
    "no forged webhook is taken": set_at("forged", {"unsigned 200": 1}),
    "reconciliation finds nothing": set_at("differences", ["kept ch_1"]),
    "no order of a ticket that orders knew to be taken down": listed_as(withdrawn=True),
    "no order of an event that has begun": listed_as(startsAt="2026-01-01T12:00:00.000Z"),
    "a ticket taken down stays down": lambda facts: facts["journal"].withdrawn.add(TICKET),
    "everything acknowledged is stored": set_at("payments", PAYMENT, "orderId", OTHER),
    "everybody reads what they have written": lambda facts: facts["journal"].unread.append(TICKET),
    "no request is answered with a crash": crash,
    "every version is on the stream": lost_version,
    "the stream's news of the present is right": set_at("messages", 2, 1, "price", 5),
    "nothing is told again without need": set_at("told_again", [{"id": TICKET}]),
    "every outbox is empty": set_at("waiting", {"tickets.tickets": 1}),
    "no dead letters": set_at("dead_letters", 1),
    "orders' tickets equal their source": set_at("ticket_replicas", TICKET, "version", 0),
    "payments' orders equal their source": set_at(
        "order_replicas", ORDER, "expiresAt", EXPIRES.replace(year=2027)
    ),
    "tickets know who holds them": set_at("tickets", TICKET, "orderId", None),
}
