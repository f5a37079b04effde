"""What Stripe knows and the shop does not yet."""

import pytest

from infra.tests.chaos.dashboard import unheard


@pytest.mark.parametrize(
    ("status", "noted", "at_stripe", "count"),
    [
        ("refunded", 859, 859, 0),
        ("refunded", 859, 0, 1),  # it has failed since
        ("refunded", 0, 859, 1),
        ("refund_due", 859, 0, 0),  # which is looked at anyway
        ("refunded", None, 0, 0),  # nothing of it can change any more
    ],
)
def test_a_refund_that_is_not_heard_of(
    status: str, noted: int | None, at_stripe: int, count: int
) -> None:
    """Whoever waits for everything to come to rest waits for it, too."""
    watch = None if noted is None else {"refunded": noted}

    found = unheard([("a", {"status": status, "watch": watch})], {"a": {"refunded": at_stripe}})

    assert found == count
