"""Who counts as one caller, and how often one caller may ask."""

from typing import Any

import pytest
from starlette.requests import Request

from ticketing_common.errors import TooManyRequestsError
from ticketing_common.middlewares import rate_limit
from ticketing_common.middlewares.client_address import client_address
from ticketing_common.middlewares.rate_limit import RateLimit
from ticketing_common.settings import ProxySettings

TRUSTED = ProxySettings().TRUSTED_PROXIES
GATEWAY = "10.0.0.7"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limit(per_minute: int, clock: Clock) -> RateLimit:
    return RateLimit(per_minute, lambda request: request.headers["caller"], clock)


def request(peer: str | None = GATEWAY, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "headers": raw, "client": (peer, 1) if peer else None}
    return Request(scope)


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


def test_callers_do_not_share(clock: Clock) -> None:
    """One who has used up theirs takes nothing from another."""
    orders = limit(1, clock)

    assert (orders.take("ann"), orders.take("bob")) == (0, 0)
    assert orders.take("ann") > 0


def test_zero_is_no_limit(clock: Clock) -> None:
    """Load tests switch it off."""
    orders = limit(0, clock)

    for _ in range(1000):
        orders.check(request(caller="ann"))


def test_the_refusal_says_when_to_come_back(clock: Clock) -> None:
    """429 in the standard error body, Retry-After in whole seconds, rounded up."""
    orders = limit(40, clock)
    for _ in range(40):
        orders.check(request(caller="ann"))

    with pytest.raises(TooManyRequestsError) as refusal:
        orders.check(request(caller="ann"))

    assert refusal.value.status_code == 429
    assert refusal.value.headers == {"Retry-After": "2"}
    assert refusal.value.body() == {
        "errors": [{"message": "Too many requests, please try again later"}]
    }


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


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        (GATEWAY, None, GATEWAY),
        (GATEWAY, "203.0.113.9", "203.0.113.9"),
        # What a caller writes there before is not believed.
        (GATEWAY, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        # The pages' service asks on a visitor's behalf, through the gateway.
        (GATEWAY, "203.0.113.9, 10.0.0.3", "203.0.113.9"),
        (GATEWAY, "10.0.0.5", "10.0.0.5"),
        (GATEWAY, "nonsense", GATEWAY),
        (GATEWAY, "nonsense, 203.0.113.9", "203.0.113.9"),
        (GATEWAY, "", GATEWAY),
        ("::ffff:10.0.0.7", "203.0.113.9", "203.0.113.9"),
        ("fd00::7", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, "203.0.113.9", "unknown"),
    ],
)
def test_the_address_that_a_trusted_proxy_gives(
    peer: str | None, forwarded: str | None, caller: str
) -> None:
    """The nearest address that is none of our proxies' is the caller's."""
    headers = {} if forwarded is None else {"x_forwarded_for": forwarded}

    assert client_address(request(peer, **headers), TRUSTED) == caller


def test_nobody_is_trusted_where_none_is_named() -> None:
    """Networks can be chosen, down to none but one."""
    only = ProxySettings.from_environment({"TRUSTED_PROXIES": "192.0.2.0/24, 2001:db8::/32"})

    asked = request("10.0.0.7", x_forwarded_for="203.0.113.9")
    assert client_address(asked, only.TRUSTED_PROXIES) == "10.0.0.7"
