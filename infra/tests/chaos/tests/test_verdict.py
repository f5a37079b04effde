"""Each way in which a run can be wrong is reported under the invariant that it breaks."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from infra.tests.chaos.changes import Change
from infra.tests.chaos.dashboard import ELSEWHERE
from infra.tests.chaos.facts import Facts
from infra.tests.chaos.tests.conftest import EXPIRES, ORDER, PAYMENT, TICKET, at
from infra.tests.chaos.verdict import INVARIANTS, verdict

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


def test_nothing_is_wrong_with_a_sale(facts: Facts) -> None:
    """A ticket that was listed, ordered and paid breaks no invariant."""
    # Given the facts of a sale, when they are judged
    violations = verdict(facts)

    # Then none is violated
    assert {name: found for name, found in violations.items() if found} == {}


@pytest.mark.parametrize("name", [name for name, _ in INVARIANTS])
def test_each_invariant_notices(name: str, sold: dict[str, Any]) -> None:
    """Every invariant has a deviation that it reports."""
    # Given the facts of a sale, with one of them wrong
    spoiled = deepcopy(sold)
    SPOILED[name](spoiled)

    # When they are judged
    violations = verdict(Facts(**spoiled))

    # Then it is reported
    assert violations[name]


def test_a_key_that_stripe_forgot_may_make_a_second_intent(sold: dict[str, Any]) -> None:
    """The same request under the same key: it is Stripe's fault, and the first is never used."""
    # Given an order with two intents, both asked for under one key
    sold["ledger"][ORDER]["keys"]["pi_2"] = sold["ledger"][ORDER]["keys"]["pi_1"]

    # When the facts are judged
    violations = verdict(Facts(**sold))

    # Then that is no violation
    assert not violations["no intent is made twice"]


def test_a_refunded_charge_of_a_cancelled_order_is_right(sold: dict[str, Any]) -> None:
    """Whoever was charged for an order that was cancelled has the money back, and that's fine."""
    # Given a sale whose order was cancelled before the payment was heard of, and refunded
    cancelled(sold)
    sold["ledger"][ORDER] |= {"refunds": 1, "refunded": 1999}
    sold["payments"][PAYMENT]["refundId"] = "re_1"

    # When it is judged
    violations = verdict(Facts(**sold))

    # Then nothing is wrong with the money or with what the buyer was told
    assert not violations["a charge is a complete order at the price shown, or refunded, or a case"]
    assert not violations["the payments ledger is Stripe's"]
    assert not violations["everything acknowledged is stored"]


KEPT = "a charge is a complete order at the price shown, or refunded, or a case"


def test_a_refund_that_failed_gave_nothing_back(sold: dict[str, Any]) -> None:
    """The money of a cancelled order is still here, unless a person is asked to look."""
    # Given a cancelled order whose refund has failed
    cancelled(sold)
    refunded(sold, "failed")

    # When it is judged, without a case and with one
    without = verdict(Facts(**sold))
    cases = {"c": case("refund_failed", "re_1")}
    with_one = verdict(Facts(**{**sold, "cases": cases}))

    # Then only the first is wrong, and the case has its reason
    assert without[KEPT]
    assert without["everything acknowledged is stored"]
    assert not with_one[KEPT]
    assert not with_one["everything acknowledged is stored"]
    assert not with_one["a case is something that happened"]


def test_a_refund_made_elsewhere_is_nobody_s_mistake(sold: dict[str, Any]) -> None:
    """A complete order stays complete when the dashboard gives its money back; ours must not."""
    # Given a sale whose charge was refunded, in the dashboard and by the shop
    refunded(sold, "succeeded", ELSEWHERE)
    ours = deepcopy(sold)
    refunded(ours, "succeeded")

    # When both are judged
    found, found_of_ours = verdict(Facts(**sold)), verdict(Facts(**ours))

    # Then the second is wrong
    assert {name: each for name, each in found.items() if each} == {}
    assert found_of_ours["a complete order has exactly one charge"]


@pytest.mark.parametrize(("status", "right"), [("lost", True), ("won", False)])
def test_a_lost_dispute_gave_the_money_back(sold: dict[str, Any], status: str, right: bool) -> None:
    """The bank took it for the buyer; what was won is still to be refunded."""
    # Given a cancelled order whose charge was disputed
    cancelled(sold)
    sold["disputes"] = {"du_1": {"amount": 1999}}
    sold["ledger"][ORDER]["disputes"] = {"du_1": status}

    # When it is judged, then it depends on how the dispute ended
    assert bool(verdict(Facts(**sold))[KEPT]) != right


def test_a_paid_order_whose_ticket_is_not_sold(sold: dict[str, Any]) -> None:
    """The tickets service has to hear of the payment, too."""
    # Given a sale that the tickets service does not know of
    sold["sales"] = {}

    # When it is judged
    violations = verdict(Facts(**sold))

    # Then that is reported
    assert violations["tickets know who holds them"]


def test_a_wiped_stream_has_to_tell_the_present_only(sold: dict[str, Any]) -> None:
    """After the stream was lost the current versions are on it again, and that is enough."""
    # Given a stream that was wiped and tells the ticket's last version and the payment
    wiped = {**sold, "stream_wiped": True, "messages": sold["messages"][2:]}

    # When it is judged
    violations = verdict(Facts(**wiped))

    # Then no version is missing
    assert not violations["every version is on the stream"]
