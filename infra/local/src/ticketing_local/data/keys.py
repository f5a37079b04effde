"""The secrets a cluster would hold, made up for this data folder or given by its owner."""

import json
import secrets
from pathlib import Path
from typing import Any

from ticketing_local.data.files import write_atomically
from ticketing_local.problems import ProblemError

FAKE_STRIPE_KEY = "sk_test_local"

Secrets = dict[tuple[str, str], str]
"""Values by the secret's name and key, as manifests refer to them."""


def known_secrets(path: Path, stripe_key: str | None) -> Secrets:
    """What manifests may ask for: the kept session key, and the real Stripe key or the fake's."""
    return {
        ("jwt-secret", "JWT_KEY"): _jwt_key(path),
        ("stripe-secret", "STRIPE_KEY"): stripe_key or FAKE_STRIPE_KEY,
    }


def _jwt_key(path: Path) -> str:
    try:
        kept: Any = json.loads(path.read_text())
        return str(kept["JWT_KEY"])
    except FileNotFoundError:
        key = secrets.token_hex(32)
        write_atomically(path, json.dumps({"JWT_KEY": key}, indent=2) + "\n")
        return key
    except (ValueError, KeyError, TypeError):
        raise ProblemError(
            f"{path} does not hold a JWT_KEY any more: delete it, and everyone signs in anew."
        ) from None
