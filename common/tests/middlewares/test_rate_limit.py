"""How often one caller may ask."""

import pytest

from ticketing_common.errors import TooManyRequestsError
from ticketing_common.middlewares import rate_limit
from ticketing_common.middlewares.rate_limit import RateLimit


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limit(per_minute: int, clock: Clock) -> RateLimit:
    return RateLimit(per_minute, "You have ordered too often", clock)


def test_a_minutes_worth_at_once_then_one_at_a_time(clock: Clock) -> None:
    """The bucket holds a minute's worth and fills evenly; whoever is refused learns when."""
    orders = limit(30, clock)

    assert [orders.take("ann") for _ in range(30)] == [0.0] * 30
    assert orders.take("ann") == pytest.approx(2)

    clock.now += 1.5
    assert orders.take("ann") == pytest.approx(0.5)
    clock.now += 0.5
    assert orders.take("ann") == 0
    assert orders.take("ann") == pytest.approx(2)


def test_being_refused_costs_nothing(clock: Clock) -> None:
    """Whoever keeps knocking is let in as soon as one who waited."""
    orders = limit(60, clock)
    for _ in range(60):
        orders.take("ann")
    for _ in range(99):
        assert orders.take("ann") > 0

    clock.now += 1
    assert orders.take("ann") == 0
    assert orders.refused == 99


def test_callers_do_not_share(clock: Clock) -> None:
    """One who has used up theirs takes nothing from another."""
    orders = limit(1, clock)

    assert (orders.take("ann"), orders.take("bob")) == (0, 0)
    assert orders.take("ann") > 0


def test_zero_is_no_limit(clock: Clock) -> None:
    """Load tests switch it off."""
    orders = limit(0, clock)

    for _ in range(1000):
        orders.require("ann")


def test_the_refusal_says_when_to_come_back(clock: Clock) -> None:
    """429 in the standard error body, which says why and when; Retry-After in whole seconds,
    rounded up."""
    orders = limit(40, clock)
    for _ in range(40):
        orders.require("ann")

    with pytest.raises(TooManyRequestsError) as refusal:
        orders.require("ann")

    assert refusal.value.status_code == 429
    assert refusal.value.headers == {"Retry-After": "2"}
    message = "You have ordered too often, please try again in 2 seconds"
    assert refusal.value.body() == {"errors": [{"message": message}]}


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (0.1, "1 second"),
        (59.2, "60 seconds"),
        (119, "119 seconds"),
        (119.5, "2 minutes"),
        (840.1, "15 minutes"),
    ],
)
def test_the_sentence_says_when_in_words(wait: float, words: str) -> None:
    """Never earlier than it is."""
    assert str(TooManyRequestsError("Why", wait)) == f"Why, please try again in {words}"


def test_a_try_that_is_given_back_was_none(clock: Clock) -> None:
    """It can be had again at once; more than a minute's worth there never are."""
    orders = limit(2, clock)
    for _ in range(10):
        assert orders.take("ann") == 0
        orders.give_back("ann")

    assert [orders.take("ann") > 0 for _ in range(3)] == [False, False, True]


def test_memory_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many callers come, only the latest are remembered."""
    monkeypatch.setattr(rate_limit, "CALLERS", 3)
    orders = limit(1, clock)
    for caller in ("ann", "bob", "cyn"):
        orders.take(caller)

    orders.take("ann")  # refused, but heard of again
    orders.take("dan")

    assert len(orders._buckets) == 3
    assert orders.take("ann") > 0
    assert orders.take("bob") == 0
