"""Ids in Stripe's shapes: `pi_3P...`, `ch_3P...`, `re_3P...`, and 14 characters for requests."""

import random
import string

_ALPHABET = string.ascii_letters + string.digits
_random = random.Random()  # noqa: S311  seeded by the system; nothing here is secret


def _characters(count: int) -> str:
    return "".join(_random.choices(_ALPHABET, k=count))


def payment_intent_id() -> str:
    return f"pi_3{_characters(23)}"


def client_secret(intent_id: str) -> str:
    return f"{intent_id}_secret_{_characters(25)}"


def charge_id() -> str:
    return f"ch_3{_characters(23)}"


def refund_id() -> str:
    return f"re_3{_characters(23)}"


def transaction_id() -> str:
    return f"txn_3{_characters(23)}"


def payment_method_id() -> str:
    return f"pm_1{_characters(23)}"


def token_id() -> str:
    return f"tok_1{_characters(23)}"


def request_id() -> str:
    return f"req_{_characters(14)}"
