"""Stripe's keys, as far as their shape tells what is wrong with them: play money or real money."""

import re

from pydantic import ValidationInfo

_SECRET = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]+")
_PUBLISHABLE = re.compile(r"pk_(test|live)_[A-Za-z0-9_]+")

OFFICIAL = "https://api.stripe.com"


def is_live(key: str) -> bool:
    """Whether real cards are charged with it."""
    return "_live_" in key[:8]


def secret_key(key: str) -> str:
    if _PUBLISHABLE.fullmatch(key):
        raise ValueError("is a publishable key; the secret one starts with sk_ or rk_")
    if not _SECRET.fullmatch(key):
        raise ValueError(
            "must be a secret key: sk_test_..., sk_live_... or a restricted rk_... one"
        )
    return key


def publishable_key(key: str | None, info: ValidationInfo) -> str | None:
    """The pages' key: what they show a card field for is what the secret key charges."""
    secret = info.data.get("STRIPE_KEY")
    if key is None:
        if secret and is_live(secret):
            raise ValueError("must be set for a live STRIPE_KEY, or pages would offer test cards")
        return None
    if not _PUBLISHABLE.fullmatch(key):
        raise ValueError("must be a publishable key: pk_test_... or pk_live_...")
    if secret and is_live(secret) != is_live(key):
        modes = ("live", "test") if is_live(secret) else ("test", "live")
        raise ValueError("is a {1} key, and STRIPE_KEY a {0} one".format(*modes))
    return key


def api_base(url: str, info: ValidationInfo) -> str:
    secret = info.data.get("STRIPE_KEY")
    if secret and is_live(secret) and not url.startswith("https://"):
        raise ValueError("must be https for a live STRIPE_KEY")
    return url
