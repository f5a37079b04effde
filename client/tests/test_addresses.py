"""Addresses: what is taken along to the sign-in page comes back from it as it was."""

from urllib.parse import parse_qs, urlsplit

import pytest

from ticketing_client.addresses import LONGEST_ADDRESS, filled_in, local_path, sign_in_address


@pytest.mark.parametrize(
    "back",
    [
        *("/", "/orders", "/tickets/new?title=a%20b%26c%3D%23&price=5", "/tickets?a=%2520%25F0"),
        *("/?q=é", "/?q=%C3%A9", "/?q=%c3%a9", "/?q=%F0%9F%8E%B7&r=%D7%A9%D7%9C", "/é/%E6%BC%A2"),
        *("/?q=%FF", "/?q=%C3", "/?q=%C3%A9%FF", "/?q=%ED%A0%80", "/?q=%zz%", "/?q=%2%F0"),
        *("/?q=%E2%80%8B", "/?q=%F0%9F%91%A8%E2%80%8D%F0%9F%91%A7", "/?q=%C2%A0", "/?q=%C2%85"),
    ],
)
@pytest.mark.parametrize("page", ["signin", "signup"])
def test_comes_back_as_it_was(back: str, page: str) -> None:
    """Whatever is quoted in it, broken quoting too."""
    address = urlsplit(sign_in_address(back, page))

    (came,) = parse_qs(address.query)["next"]
    assert address.path == f"/auth/{page}"
    # Of the same octets, in whichever case their digits are.
    assert local_path(came).upper() == local_path(back).upper()


@pytest.mark.parametrize("length", range(LONGEST_ADDRESS - 40, LONGEST_ADDRESS + 3))
def test_the_longest(length: int) -> None:
    """One character too many leads to the page without its query, or home."""
    query = f"/tickets/new?x={'x' * length}"[:length]
    path = f"/{'x' * length}"[:length]

    assert local_path(path) == (path if length <= LONGEST_ADDRESS else "/")
    for back, otherwise in ((query, "/tickets/new"), (path, "/")):
        fits = length <= LONGEST_ADDRESS
        whole = f"/auth/signin?next={back.replace('?', '%3F').replace('=', '%3D')}"
        shorter = f"/auth/signin?next={otherwise if fits else '/'}"
        expected = whole if len(whole) <= LONGEST_ADDRESS else shorter
        assert sign_in_address(back) == expected


def test_it_is_measured_as_it_is_sent() -> None:
    """Whatever fits into the form's address also fits into that of the sign-in page."""
    for length in range(1100, 1300):
        address = filled_in("/tickets/new", title="%" * length)

        assert (address == "/tickets/new?cut=1") == (5 * length + 45 > LONGEST_ADDRESS), length
        assert len(sign_in_address(address)) <= LONGEST_ADDRESS
        assert address.partition("?")[2] in ("cut=1", f"title={'%25' * length}")
