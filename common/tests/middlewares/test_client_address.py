"""Who counts as one caller, by their address."""

import logging
from typing import Any

import pytest
from starlette.requests import Request

from ticketing_common.middlewares.client_address import ClientAddress
from ticketing_common.middlewares.vouching import HEADER, VALID, Vouching
from ticketing_common.settings import ProxySettings, SettingsError

GATEWAY, STRANGER = "10.244.0.7", "203.0.113.9"
KEY, OLD_KEY, OTHER_KEY = "k" * 32, "o" * 32, "x" * 32


def settings(**variables: str) -> ProxySettings:
    return ProxySettings.from_environment(variables)


CLUSTER = settings(TRUSTED_PROXIES="10.244.0.0/16, fd00::/8", VISITOR_KEYS=f"{KEY},{OLD_KEY}")


def request(peer: str | None, **headers: str | None) -> Request:
    raw = [(name.replace("_", "-").encode(), v.encode()) for name, v in headers.items() if v]
    scope: dict[str, Any] = {"type": "http", "headers": raw, "client": (peer, 1) if peer else None}
    return Request(scope)


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        (STRANGER, None, STRANGER),
        (GATEWAY, None, GATEWAY),
        (GATEWAY, STRANGER, STRANGER),
        # What a caller writes there before is not believed.
        (GATEWAY, f"198.51.100.1, {STRANGER}", STRANGER),
        (STRANGER, "198.51.100.1", STRANGER),
        # Nor is it of one who has a private address.
        (GATEWAY, "198.51.100.1, 10.0.0.5", "10.0.0.5"),
        (GATEWAY, "198.51.100.1, 192.168.0.5", "192.168.0.5"),
        ("10.0.0.5", "198.51.100.1", "10.0.0.5"),
        (GATEWAY, f"{STRANGER}, 10.244.0.3", STRANGER),
        # With the port that some proxies add, as Azure's.
        (GATEWAY, f"198.51.100.1, {STRANGER}:51234", STRANGER),
        (GATEWAY, f"{STRANGER}:51234, 10.244.0.3:80", STRANGER),
        (GATEWAY, "[2001:db8:1:2:3:4:5:6]:51234", "2001:db8:1:2::/64"),
        (GATEWAY, "nonsense", GATEWAY),
        (GATEWAY, "nonsense:80", GATEWAY),
        (GATEWAY, "[", GATEWAY),
        (GATEWAY, f"nonsense, {STRANGER}", STRANGER),
        ("::ffff:10.244.0.7", STRANGER, STRANGER),
        ("fd00::7", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, STRANGER, "unknown"),
    ],
)
def test_the_address_that_a_trusted_proxy_gives(
    peer: str | None, forwarded: str | None, caller: str
) -> None:
    """The nearest address that is none of our proxies' is the caller's."""
    assert ClientAddress(CLUSTER)(request(peer, x_forwarded_for=forwarded)) == caller


@pytest.mark.parametrize("peer", ["10.0.0.7", "172.16.0.7", "192.168.0.7", "100.64.0.7", "fc00::7"])
def test_only_this_machine_is_trusted_where_none_is_named(peer: str) -> None:
    """A private address is no proxy of ours for that."""
    address = ClientAddress(settings())

    assert address(request(peer, x_forwarded_for=STRANGER)) != STRANGER
    assert address(request("127.0.0.1", x_forwarded_for=STRANGER)) == STRANGER


def test_a_proxy_that_is_not_named_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """An edge that nobody named would make one caller of all its visitors, unseen."""
    address = ClientAddress(settings())
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            address(request(GATEWAY, x_forwarded_for=STRANGER))
        address(request("127.0.0.1", x_forwarded_for=STRANGER))

    (record,) = caplog.records
    assert record.message == "not in TRUSTED_PROXIES"
    assert record.__dict__["proxy"] == GATEWAY


def vouched(key: str, address: str = STRANGER, at: float | None = None) -> str:
    said = Vouching((key,), *(() if at is None else (lambda: at,))).write(address)
    assert said
    return said


@pytest.mark.parametrize("key", [KEY, OLD_KEY])
def test_the_client_vouches_for_its_visitor(key: str) -> None:
    """By any of the keys, whatever the proxies in between say."""
    address = ClientAddress(CLUSTER)
    asked = request(GATEWAY, x_visitor=vouched(key), x_forwarded_for="10.244.0.3")

    assert address(asked) == STRANGER


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(vouched(OTHER_KEY), id="another key"),
        pytest.param(vouched(KEY).replace(STRANGER, "203.0.113.8"), id="another address"),
        pytest.param(vouched(KEY, at=0), id="another time"),
        pytest.param(vouched(KEY)[:-1], id="cut off"),
        STRANGER,
        f"{STRANGER};1;",
        ";;",
        "\u00ff;1;\u00ff",
        ";" * 5000,
    ],
)
def test_nobody_else_can_vouch(header: str) -> None:
    """Another key, another address, another time: the way it came by counts instead."""
    address = ClientAddress(CLUSTER)

    assert address(request(GATEWAY, x_visitor=header, x_forwarded_for="10.0.0.5")) == "10.0.0.5"


def test_without_a_key_nobody_vouches_and_no_word_is_taken() -> None:
    """The header is neither made nor read."""
    assert Vouching(()).write(STRANGER) is None
    assert ClientAddress(settings())(request("10.0.0.5", x_visitor=vouched(KEY))) == "10.0.0.5"


@pytest.mark.parametrize("seconds", [-VALID - 1, VALID + 1])
def test_a_word_is_good_for_a_minute(seconds: float) -> None:
    """Whoever finds one in a log can do nothing with it; clocks may differ by as much."""
    now = 1_000_000.0
    header = vouched(KEY, at=now)

    assert Vouching((KEY,), lambda: now + seconds).read(header) is None
    assert Vouching((KEY,), lambda: now + seconds * 0.9).read(header) == STRANGER


@pytest.mark.parametrize("keys", ["short", f"{KEY},short", f"{KEY},"])
def test_a_weak_key_is_refused_at_the_start(keys: str) -> None:
    """Each of them has to be as long as the sessions' key, and the message says which variable."""
    with pytest.raises(SettingsError, match="VISITOR_KEYS: must be at least 32 bytes") as error:
        settings(VISITOR_KEYS=keys)
    assert KEY not in str(error.value)


def test_the_header_has_the_name_it_is_passed_on_by() -> None:
    """Proxies drop names with underscores, and pass these through."""
    assert HEADER == "x-visitor"
