"""Signatures of webhooks, true ones and what a forger would send (docs.stripe.com/webhooks)."""

import hashlib
import hmac
from itertools import cycle
from typing import Literal, TypeAlias

Forgery: TypeAlias = Literal["other_secret", "unsigned", "stale", "altered"]

FORGERIES: tuple[Forgery, ...] = ("other_secret", "unsigned", "stale", "altered")
"""Signed by somebody else; not at all; long ago (a recorded one, sent again); for another body."""
STALE_SECONDS = 600
"""Receivers accept five minutes."""


def header(body: bytes, secret: str, at: int) -> str:
    """`Stripe-Signature`: when it was sent, and a MAC over that and the body."""
    mac = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


class Forger:
    """Makes each kind of forgery in turn."""

    def __init__(self) -> None:
        self._kinds = cycle(FORGERIES)

    def next(self, body: bytes, secret: str, at: int) -> tuple[Forgery, str | None]:
        """What was done to it, and the signature that comes with the body."""
        kind = next(self._kinds)
        match kind:
            case "other_secret":
                return kind, header(body, f"{secret}x", at)
            case "unsigned":
                return kind, None
            case "stale":
                return kind, header(body, secret, at - STALE_SECONDS)
            case "altered":
                return kind, header(body + b" ", secret, at)
