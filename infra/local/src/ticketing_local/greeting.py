"""What is said once everything is ready."""

import socket
from urllib.parse import urlsplit

from ticketing_local.demo import BUYER, SELLER
from ticketing_local.options import Options


def greeting(options: Options, url: str, seconds: float, observed: str | None = None) -> list[str]:
    """The URLs, the accounts, and where things are; `observed` is Prometheus' address, if any."""
    accounts = [
        f"  {'Seller' if account is SELLER else 'Buyer':<8} {account.email}, password"
        f" {account.password}"
        for account in (SELLER, BUYER)
        if options.demo
    ]
    payment = (
        "the real Stripe, with your key"
        if options.stripe_key
        else "a stand-in for Stripe: tok_visa pays, tok_chargeDeclined does not"
    )
    return [
        "",
        f"The marketplace is ready after {seconds:.1f} s: {url}",
        "",
        *accounts,
        f"  Payment  {payment}",
        f"  Window   {options.expiration_window_seconds} s to pay for an order",
        f"  Data     {options.data} (logs in {options.data / 'logs'})",
        "  Stop     Ctrl-C",
        *(_observing(observed) if options.observe else []),
        *(_https_hints(options, urlsplit(url).hostname or "") if options.https else []),
        "",
    ]


def _observing(prometheus: str | None) -> list[str]:
    missing = "none, as there is no prometheus here: on Debian, apt install prometheus"
    return [
        f"  Figures  {f'{prometheus} (and /alerts)' if prometheus else missing}",
        "  Traces   .venv/bin/ticketing trace ORDER",
    ]


def _https_hints(options: Options, host: str) -> list[str]:
    hints = [f"  Trust    {options.data / 'https' / 'authority.pem'}, in your browser, once"]
    if not _is_this_machine(host):
        hints.append(f"  Name     add the line `127.0.0.1 {host}` to /etc/hosts")
    return hints


def _is_this_machine(host: str) -> bool:
    try:
        return socket.gethostbyname(host).startswith("127.")
    except OSError:
        return False
