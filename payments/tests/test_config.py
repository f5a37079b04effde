"""Which settings the payments service starts with."""

from typing import Any

import pytest

from ticketing_common.settings import SettingsError
from ticketing_payments.config import Settings

GOOD = {
    "JWT_KEY": "k" * 32,
    "MONGO_URI": "mongodb://payments-mongo-srv/payments",
    "NATS_URL": "nats://nats-srv",
    "NATS_CLUSTER_ID": "ticketing",
    "NATS_CLIENT_ID": "payments-1",
    "STRIPE_KEY": "sk_test_1",
}
LIVE = {"STRIPE_KEY": "sk_live_1", "STRIPE_PUBLISHABLE_KEY": "pk_live_1"}


@pytest.mark.parametrize(
    ("given", "variable", "reason"),
    [
        ({"STRIPE_KEY": "changeme"}, "STRIPE_KEY", "must be a secret key"),
        ({"STRIPE_KEY": "sk_1"}, "STRIPE_KEY", "must be a secret key"),
        ({"STRIPE_KEY": "pk_live_1"}, "STRIPE_KEY", "is a publishable key"),
        ({"STRIPE_KEY": "sk_test_1\nsk_test_2"}, "STRIPE_KEY", "must be a secret key"),
        ({"STRIPE_KEY": "sk_live_1"}, "STRIPE_PUBLISHABLE_KEY", "must be set"),
        (
            {**LIVE, "STRIPE_API_BASE": "http://stripe"},
            "STRIPE_API_BASE",
            "must be https for a live STRIPE_KEY",
        ),
        (
            {**LIVE, "STRIPE_KEY": "rk_test_1"},
            "STRIPE_PUBLISHABLE_KEY",
            "is a live key, and STRIPE_KEY a test one",
        ),
        (
            {**LIVE, "STRIPE_PUBLISHABLE_KEY": "pk_test_1"},
            "STRIPE_PUBLISHABLE_KEY",
            "is a test key, and STRIPE_KEY a live one",
        ),
        ({"STRIPE_PUBLISHABLE_KEY": "sk_test_1"}, "STRIPE_PUBLISHABLE_KEY", "publishable key"),
        ({"STRIPE_WEBHOOK_SECRET": "changeme"}, "STRIPE_WEBHOOK_SECRET", "whsec_"),
        ({"STRIPE_WEBHOOK_SECRET": "whsec_1,sk_test_1"}, "STRIPE_WEBHOOK_SECRET", "whsec_"),
        ({"STRIPE_STATEMENT_SUFFIX": "<b>"}, "STRIPE_STATEMENT_SUFFIX", "pattern"),
        ({"STRIPE_STATEMENT_SUFFIX": "2026-11"}, "STRIPE_STATEMENT_SUFFIX", "pattern"),
        ({"STRIPE_STATEMENT_SUFFIX": "A" * 19}, "STRIPE_STATEMENT_SUFFIX", "at most 18"),
    ],
)
def test_one_sentence_for_what_is_wrong(given: dict[str, str], variable: str, reason: str) -> None:
    """It names the variable, and never shows what was in it."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({**GOOD, **given})

    (line,) = str(caught.value).splitlines()[1:]
    assert line.strip().startswith(f"{variable}: ")
    assert reason in line
    assert not any(secret in line for secret in given.values())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"STRIPE_KEY": "sk_test_1\n"}, {"STRIPE_KEY": "sk_test_1"}),
        ({"STRIPE_KEY": " rk_live_1 ", **LIVE}, {"STRIPE_PUBLISHABLE_KEY": "pk_live_1"}),
        ({"STRIPE_PUBLISHABLE_KEY": "pk_test_1\n"}, {"STRIPE_PUBLISHABLE_KEY": "pk_test_1"}),
        ({}, {"STRIPE_WEBHOOK_SECRET": (), "STRIPE_STATEMENT_SUFFIX": None}),
        (
            {"STRIPE_WEBHOOK_SECRET": "whsec_1, whsec_2\n"},
            {"STRIPE_WEBHOOK_SECRET": ("whsec_1", "whsec_2")},
        ),
    ],
)
def test_what_is_taken(given: dict[str, str], expected: dict[str, Any]) -> None:
    """A newline at the end, as files have it, is nobody's mistake."""
    settings = Settings.from_environment({**GOOD, **given}).model_dump()

    assert {name: settings[name] for name in expected} == expected
