"""Whose address a request came from, as far as our own services and proxies can vouch for it."""

import logging
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

from ticketing_common.middlewares.vouching import HEADER, Vouching
from ticketing_common.settings import ProxySettings

Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"

logger = logging.getLogger(__name__)


class ClientAddress:
    """The address that the client service vouches for, else the nearest that is none of our
    proxies'.

    Each proxy appends to X-Forwarded-For whom it was asked by, so the list is read from its end,
    and only for as long as the one who vouches is trusted: whatever a caller wrote there before
    counts for nothing. An IPv6 network of 64 bits is one caller, as it is one's own to use.
    """

    def __init__(self, settings: ProxySettings) -> None:
        self._trusted = settings.TRUSTED_PROXIES
        self._vouching = Vouching(settings.VISITOR_KEYS)
        self._told = False

    def __call__(self, request: Request) -> str:
        header = request.headers.get(HEADER)
        vouched_for = header and self._vouching.read(header)
        return vouched_for or self._forwarded(request)

    def _forwarded(self, request: Request) -> str:
        said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        address = _parse(request.client.host if request.client else "")
        if said != [""] and not self._is_trusted(address):
            self._tell(address)
        for hop in reversed(said):
            if not self._is_trusted(address) or (further := _parse(hop)) is None:
                break
            address = further
        return _caller(address)

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)

    def _tell(self, address: Address | None) -> None:
        """Once: where it is the edge that is not named, all its visitors count as one caller."""
        if not self._told:
            self._told = True
            logger.warning("not in TRUSTED_PROXIES", extra={"proxy": str(address)})


def _parse(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):  # some proxies add the port: 1.2.3.4:80, [::1]:80
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _caller(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address) if address else UNKNOWN
