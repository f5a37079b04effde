"""What Stripe knows and the shop does not yet."""

from typing import Any

import pytest

from infra.tests.chaos.dashboard import unheard

OPEN = {"disputeId": "du_1", "dispute": "open"}
NONE = {"disputeId": None, "dispute": None}


def found(status: str, watch: dict[str, Any] | None, **account: Any) -> int:
    if watch is not None:
        watch = {"at": "some time", "refunded": 0, **NONE, **watch}
    return unheard([("a", {"status": status, "watch": watch})], {"a": account})


@pytest.mark.parametrize(
    ("status", "watch", "at_stripe", "count"),
    [
        ("refunded", {"refunded": 859}, 859, 0),
        ("refunded", {"refunded": 859}, 0, 1),  # it has failed since
        ("refunded", {"refunded": 0}, 859, 1),
        ("charged", {"refunded": 0}, 200, 1),  # a part of it, in the dashboard
        ("refund_due", {"refunded": 859}, 0, 0),  # which is looked at anyway
        ("refunded", None, 0, 0),
        ("refunded", {"at": None, "refunded": 859}, 0, 0),  # nothing of it can change any more
    ],
)
def test_a_refund_that_is_not_heard_of(
    status: str, watch: dict[str, Any] | None, at_stripe: int, count: int
) -> None:
    """Whoever waits for everything to come to rest waits for it, too."""
    assert found(status, watch, refunded=at_stripe) == count


@pytest.mark.parametrize(
    ("watch", "disputes", "count"),
    [
        (NONE, {}, 0),
        (NONE, {"du_1": "needs_response"}, 1),
        (OPEN, {"du_1": "needs_response"}, 0),
        (OPEN, {"du_1": "won"}, 1),
        (OPEN, {"du_1": "warning_closed"}, 1),
        ({"disputeId": "du_1", "dispute": "won"}, {"du_1": "warning_closed"}, 0),
        ({"disputeId": "du_1", "dispute": "lost"}, {"du_1": "lost"}, 0),
    ],
)
@pytest.mark.parametrize("status", ["charged", "refunded"])
def test_a_dispute_that_is_not_heard_of(
    status: str, watch: dict[str, Any], disputes: dict[str, str], count: int
) -> None:
    """Nor is it rest while somebody is about to learn that a bank has decided."""
    assert found(status, watch, disputes=disputes) == count
