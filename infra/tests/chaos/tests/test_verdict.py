"""Each way in which a run can be wrong is reported under the invariant that it breaks."""

from copy import deepcopy
from typing import Any

import pytest

from infra.tests.chaos.dashboard import ELSEWHERE
from infra.tests.chaos.facts import Facts
from infra.tests.chaos.tests.conftest import ORDER, PAYMENT
from infra.tests.chaos.tests.spoiled import SPOILED, cancelled, case, refunded
from infra.tests.chaos.verdict import INVARIANTS, verdict


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
