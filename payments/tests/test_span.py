"""The slices of a span that Stripe's books are asked for."""

from itertools import pairwise

import pytest

from ticketing_payments.gateway.span import SLICES, Span

DAY = 86400


@pytest.mark.parametrize("seconds", [3600, 5000, 7 * DAY, 9999 * DAY])
def test_slices_leave_nothing_out(seconds: int) -> None:
    """They join, the latest first, and are no more than stated."""
    found = Span(1_000_000, 1_000_000 + seconds).slices()

    assert (found[0].end, found[-1].begin) == (1_000_000 + seconds, 1_000_000)
    assert all(later.begin == earlier.end for later, earlier in pairwise(found))
    assert len(found) <= SLICES
