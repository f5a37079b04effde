"""What a person can ask for: each option's default is an environment variable."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ticketing_local.problems import ProblemError

# Named like variables that services have, or none of their business.
OWN_VARIABLES = (
    *("PORT", "HOST", "DATA", "DEMO", "HTTPS", "OBSERVE", "EXPIRATION_WINDOW_SECONDS"),
    *("TRACES_FILE", "OTEL_SERVICE_NAME"),  # each service has its own
    *("STRIPE_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_API_BASE", "MAKEFLAGS", "MAKELEVEL"),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for, checked."""

    port: int = 8080
    data: Path = Path(".local")
    expiration_window_seconds: int = 900
    demo: bool = True
    stripe_key: str | None = None
    stripe_publishable_key: str | None = None
    https: bool = False
    observe: bool = False
    replicas: int = 1
    verbose: bool = False
    json_ready: Path | None = None

    @classmethod
    def of(cls, args: argparse.Namespace) -> "Options":
        """Raises `ProblemError` for a value that can't be used."""
        key = args.stripe_key.strip() or None
        publishable = args.stripe_publishable_key.strip() or None
        _check_keys(key, publishable, args.https)
        return cls(
            port=_number("PORT", args.port, 1, 65_535),
            data=Path(args.data).expanduser().absolute(),
            expiration_window_seconds=_number(
                "EXPIRATION_WINDOW_SECONDS", args.expiration_window_seconds, 2, 86_400
            ),
            demo=args.demo not in ("0", "no", "false"),
            stripe_key=key,
            stripe_publishable_key=publishable,
            https=args.https,
            observe=args.observe,
            replicas=_number("--replicas", args.replicas, 1, 8),
            verbose=args.verbose,
            json_ready=args.json_ready,
        )


def add_options(parser: argparse.ArgumentParser, environ: Mapping[str, str]) -> None:
    """Declare them. An empty variable counts as none, as `make` passes it."""

    def default(name: str, otherwise: str) -> str:
        return environ.get(name, "").strip() or otherwise

    add = parser.add_argument
    add("--port", default=default("PORT", "8080"), help="where the site is served (PORT)")
    add("--data", default=default("DATA", ".local"), help="the folder of all data (DATA)")
    add(
        "--expiration-window-seconds",
        default=default("EXPIRATION_WINDOW_SECONDS", "900"),
        help="how long an order holds its ticket (EXPIRATION_WINDOW_SECONDS)",
    )
    add("--demo", default=default("DEMO", "1"), help="0 for no demo accounts and tickets (DEMO)")
    add(
        "--stripe-key",
        default=default("STRIPE_KEY", ""),
        help="pay with the real Stripe; better given as STRIPE_KEY, which no one else sees",
    )
    add(
        "--stripe-publishable-key",
        default=default("STRIPE_PUBLISHABLE_KEY", ""),
        help="for the card field on the order page (STRIPE_PUBLISHABLE_KEY)",
    )
    add(
        "--https",
        action="store_true",
        default=default("HTTPS", "0") not in ("0", "no", "false"),
        help="serve https://ticketing.dev:PORT with a certificate made here (HTTPS=1)",
    )
    add(
        "--observe",
        action="store_true",
        default=default("OBSERVE", "0") not in ("0", "no", "false"),
        help="keep traces, and figures in Prometheus (OBSERVE=1)",
    )
    add("--replicas", default="1", help="how many of each service behind the gateway")
    add("--verbose", action="store_true", help="show the servers' logs as well")
    add(
        "--json-ready",
        type=Path,
        metavar="FILE",
        help="write what runs where into this file once all is ready",
    )


def _check_keys(secret: str | None, publishable: str | None, https: bool) -> None:
    if secret and not secret.startswith(("sk_", "rk_")):
        raise ProblemError("STRIPE_KEY must be a secret key, which starts with sk_ or rk_.")
    if publishable and not publishable.startswith("pk_"):
        raise ProblemError(
            "STRIPE_PUBLISHABLE_KEY must be a publishable key, which starts with pk_."
        )
    live = {"_live_" in key[:8] for key in (secret, publishable) if key}
    if len(live) > 1:
        raise ProblemError(
            "STRIPE_KEY and STRIPE_PUBLISHABLE_KEY must be of one mode: both live, or both test."
        )
    if live == {True} and not (secret and publishable and https):
        raise ProblemError(
            "Real cards are charged over https only, with both keys: set HTTPS=1, STRIPE_KEY and "
            "STRIPE_PUBLISHABLE_KEY."
        )


def _number(name: str, text: str, least: int, most: int) -> int:
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    raise ProblemError(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
