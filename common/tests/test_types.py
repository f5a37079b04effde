"""Prices and moments."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from ticketing_common.timing import Timing
from ticketing_common.types import Moment, Price, cents

PRICE: TypeAdapter[int | float] = TypeAdapter(Price)
MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


@pytest.mark.parametrize(
    ("price", "expected"),
    [(19.99, 1999), (0.57, 57), (1.1, 110), (20, 2000), (999999.99, 99999999)],
)
def test_cents(price: float, expected: int) -> None:
    """Defect 9 of the base: 19.99 was sent as 1998.9999999999998."""
    assert cents(price) == expected


@pytest.mark.parametrize(
    ("given", "kept"), [(50, 50), ("50", 50), (50.0, 50), ("19.90", 19.9), (" 7 ", 7), ("1e2", 100)]
)
def test_a_price_reads_as_it_was_typed(given: object, kept: float) -> None:
    """Whole dollars stay whole numbers."""
    price = PRICE.validate_python(given)

    assert (price, type(price)) == (kept, type(kept))


@pytest.mark.parametrize("given", ["1_000", "\u0661\u0662", "0x10", "1,5", "$5", "--1", "1e999"])
def test_odd_numbers_are_no_prices(given: str) -> None:
    """What Python would take for a number need not be one."""
    with pytest.raises(ValidationError):
        PRICE.validate_python(given)


@pytest.mark.parametrize("microsecond", [6000, 6789])
def test_moments_are_utc_with_milliseconds(microsecond: int) -> None:
    """As the base system's JSON shows them."""
    moment = datetime(2026, 1, 2, 3, 4, 5, microsecond, tzinfo=timezone(timedelta(hours=2)))

    assert MOMENT.dump_json(MOMENT.validate_python(moment)) == b'"2026-01-02T01:04:05.006Z"'
    assert MOMENT.validate_json('"2026-01-02T01:04:05.006Z"').tzinfo == UTC


@pytest.mark.parametrize("window", [2, 5, 15, 60, 900, 86400])
def test_timing_holds_for_every_window(window: int) -> None:
    """A payment accepted at the last moment is settled before its order may expire."""
    timing = Timing.of(window)

    assert timing.payment_cutoff < window
    assert timing.lease > 2 * timing.stripe_timeout


def test_timing_refuses_what_could_lose_money() -> None:
    """The rules are checked when the service starts."""
    with pytest.raises(ValueError, match="settled"):
        Timing(
            stripe_timeout=8,
            lease=20,
            recovery_interval=2,
            payment_cutoff=10,
            expiry_grace=6,
            sweep_interval=4,
            sweep_grace=16,
        )
