import pytest

from infra.tests.load.figures import Spread, percentile, short


@pytest.mark.parametrize(("percent", "found"), [(50, 50), (99, 99), (100, 100), (1, 1)])
def test_a_percentile_is_one_of_the_values(percent: float, found: float) -> None:
    """The smallest that so many percent do not exceed, in whatever order they came."""
    assert percentile(list(range(100, 0, -1)), percent) == found


def test_nothing_has_no_latency() -> None:
    """A path that never answered is shown as 0, beside its 0 requests."""
    assert percentile([], 99) == 0


def test_a_spread_has_the_median_of_the_rounds() -> None:
    """One bad round moves the spread and not the figure."""
    assert str(Spread.of([30.0, 31.0, 99.0])) == "31.0 (30.0-99.0)"


@pytest.mark.parametrize(("value", "text"), [(1234.5, "1234"), (12.34, "12.3"), (0.123, "0.12")])
def test_figures_have_three_digits(value: float, text: str) -> None:
    """More would be noise."""
    assert short(value) == text
