"""Whose address a request came from, as far as our own proxies can vouch for it."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

from ticketing_common.settings import Network

Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"


def client_address(request: Request, trusted: tuple[Network, ...]) -> str:
    """The nearest address that is not one of our proxies.

    Each proxy appends to X-Forwarded-For whom it was asked by, so the list is read from its end,
    and only for as long as the one who vouches is trusted: whatever a caller wrote there before
    counts for nothing. An IPv6 network of 64 bits is one caller, as it is one's own to use.
    """
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    address = _parse(request.client.host if request.client else "")
    for hop in reversed(said):
        if address is None or not _is_in(address, trusted):
            break
        if (further := _parse(hop)) is None:
            break
        address = further
    return _caller(address)


def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _caller(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address) if address else UNKNOWN
