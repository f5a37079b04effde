"""Ids in Stripe's shapes: `pi_3P...`, `ch_3P...`, `re_3P...`, and 14 characters for requests."""

import random

_random = random.Random()  # noqa: S311  seeded by the system; nothing here is secret


def _characters(count: int) -> str:
    """Hexadecimal digits, which are made 20 times as fast as letters are chosen one by one."""
    return f"{_random.getrandbits(4 * count):0{count}x}"


def payment_intent_id() -> str:
    return f"pi_3{_characters(23)}"


def client_secret(intent_id: str) -> str:
    return f"{intent_id}_secret_{_characters(25)}"


def charge_id() -> str:
    return f"ch_3{_characters(23)}"


def refund_id() -> str:
    return f"re_3{_characters(23)}"


def dispute_id() -> str:
    return f"du_1{_characters(23)}"


def event_id() -> str:
    return f"evt_3{_characters(23)}"


def transaction_id() -> str:
    return f"txn_3{_characters(23)}"


def payment_method_id() -> str:
    return f"pm_1{_characters(23)}"


def token_id() -> str:
    return f"tok_1{_characters(23)}"


def request_id() -> str:
    return f"req_{_characters(14)}"
