"""The secrets a cluster would hold, made up for this data folder or given by its owner."""

import json
import secrets
from pathlib import Path
from typing import Any

from ticketing_common.events.rights import NAMES, password_variable, users
from ticketing_local.data.files import write_atomically
from ticketing_local.problems import ProblemError

FAKE_STRIPE_KEY = "sk_test_local"
WEBHOOK_SECRET = ("stripe-webhook-secret", "STRIPE_WEBHOOK_SECRET")
REDIS_USERS = "expiration-redis-secret"
NATS_USERS = "nats-users-secret"  # the passwords of all, for the server alone

Secrets = dict[tuple[str, str], str]
"""Values by the secret's name and key, as manifests refer to them."""

# Kept under their keys, each with what its value begins with.
_MADE = {
    ("jwt-secret", "JWT_KEY"): "",
    ("visitor-secret", "VISITOR_KEYS"): "",
    ("admission-secret", "ADMISSION_KEYS"): "",
    WEBHOOK_SECRET: "whsec_",
    # By a letter: NATS would take digits alone for a number.
    **{(NATS_USERS, password_variable(user)): "p" for name in NAMES for user in users(name)},
    (REDIS_USERS, "REDIS_PASSWORD"): "p",
    (REDIS_USERS, "REDIS_OPERATOR_PASSWORD"): "p",
}


def known_secrets(path: Path, stripe_key: str | None) -> Secrets:
    """What manifests may ask for: the kept keys, and the real Stripe key or the fake's.

    The real Stripe's webhook secret is its owner's to give, in their environment.
    """
    kept = _kept(path)
    known = {(secret, key): kept[key] for secret, key in _MADE}
    known["stripe-secret", "STRIPE_KEY"] = stripe_key or FAKE_STRIPE_KEY
    if stripe_key:
        del known[WEBHOOK_SECRET]
    for name in NAMES:
        known[f"{name}-nats-secret", "NATS_USER"] = name
        known[f"{name}-nats-secret", "NATS_PASSWORD"] = known[NATS_USERS, password_variable(name)]
    return known


def secrets_of(name: str, known: Secrets) -> dict[str, str]:
    """One secret's values by their keys."""
    return {key: value for (secret, key), value in known.items() if secret == name}


def _kept(path: Path) -> dict[str, str]:
    """The keys of this folder; those it has none of yet are made up."""
    try:
        stored: Any = json.loads(path.read_text())
        kept = {"JWT_KEY": str(stored["JWT_KEY"])}
        kept |= {key: stored[key] for _, key in _MADE if isinstance(stored.get(key), str)}
    except FileNotFoundError:
        kept = {}
    except (ValueError, KeyError, TypeError):
        raise ProblemError(
            f"{path} does not hold a JWT_KEY any more: delete it, and everyone signs in anew."
        ) from None
    made = {
        key: begin + secrets.token_hex(32) for (_, key), begin in _MADE.items() if key not in kept
    }
    if made:
        kept |= made
        write_atomically(path, json.dumps(kept, indent=2) + "\n")
    return kept
