"""Prices and moments."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from math import nextafter

import pytest
from bson.int64 import Int64
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ticketing_common.timing import Timing
from ticketing_common.types import AnyPrice, Moment, Price, cents, chargeable

PRICE: TypeAdapter[int | float] = TypeAdapter(Price)
ANY_PRICE: TypeAdapter[int | float] = TypeAdapter(AnyPrice)
MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


@pytest.mark.parametrize(
    ("price", "expected"),
    [(19.99, 1999), (0.57, 57), (1.1, 110), (20, 2000), (999999.99, 99999999)],
)
def test_cents(price: float, expected: int) -> None:
    """Defect 9 of the base: 19.99 was sent as 1998.9999999999998."""
    assert cents(price) == expected


@pytest.mark.parametrize(
    ("typed", "kept"), [(50, 50), ("50", 50), (50.0, 50), ("19.90", 19.9), (" 7 ", 7), ("1e2", 100)]
)
def test_a_price_reads_as_it_was_typed(typed: object, kept: float) -> None:
    """Whole dollars stay whole numbers."""
    price = PRICE.validate_python(typed)

    assert (price, type(price)) == (kept, type(kept))


@given(st.integers(50, 99_999_999).map(lambda cents: cents / 100) | st.floats(0.5, 999_999.99))
@example(1.005)
@example(nextafter(19.99, 20))
def test_a_price_has_whole_cents(price: float) -> None:
    """Whatever float it is: it is taken where its digits say so."""
    has_whole_cents = Decimal(str(price)) == round(Decimal(str(price)), 2)

    if has_whole_cents:
        assert PRICE.validate_python(price) == price
    else:
        with pytest.raises(ValidationError, match="two decimals"):
            PRICE.validate_python(price)


@pytest.mark.parametrize("typed", ["1_000", "\u0661\u0662", "0x10", "1,5", "$5", "--1", "1e999"])
def test_odd_numbers_are_no_prices(typed: str) -> None:
    """What Python would take for a number need not be one."""
    with pytest.raises(ValidationError):
        PRICE.validate_python(typed)


@pytest.mark.parametrize(
    ("stored", "read", "charged"),
    [
        (12.345, 12.35, True),
        (12.344999, 12.34, True),
        (1.005, 1.01, True),
        (20.0, 20, True),
        (Int64(20), 20, True),
        (0.495, 0.5, True),
        (0.494, 0.49, False),
        (0.001, 0, False),
        (999999.994, 999999.99, True),
        (1e6, 1000000, False),
        (1e300, 1e300, False),
    ],
)
def test_a_price_by_the_rules_of_the_base(stored: object, read: float, charged: bool) -> None:
    """It took any amount above nothing: read in cents, half up, it is as near as can be charged."""
    price = ANY_PRICE.validate_python(stored)

    assert (price, type(price), chargeable(price)) == (read, type(read), charged)
    assert ANY_PRICE.validate_python(price) == price


@pytest.mark.parametrize("stored", [float("inf"), float("nan"), -1, "free", None, True, {}])
def test_what_is_no_price_by_any_rules(stored: object) -> None:
    """Nobody can say what it would cost."""
    with pytest.raises(ValidationError):
        ANY_PRICE.validate_python(stored)


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


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"lease": 16}, "outlive two calls"),
        ({"stripe_read_timeout": 9}, "to read takes no longer"),
        ({"payment_cutoff": 10}, "settled"),
        ({"recovery_interval": 2.5}, "last authentication has been seen"),
        ({"sweep_grace": 6}, "sweeper must come after"),
    ],
)
def test_timing_refuses_what_could_lose_money(wrong: dict[str, float], rule: str) -> None:
    """The rules are checked when the service starts."""
    with pytest.raises(ValueError, match=rule):
        replace(Timing.of(60), **wrong)
