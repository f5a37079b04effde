"""What stored documents mean, however they came about."""

from typing import Any

Collections = dict[str, dict[str, Any]]  # fields by id, by the collection's name

# What grows with each save, and so with the order in which things came to be known.
NOT_STATE = {
    "version",
    "listing",
    "order_version",
    "look_at",
    "lease_until",
    "message",
    "payment_id",
    "sold_at",  # each market pays by itself
    "charged_at",
    "refund_due_since",
}


def meaning(found: Collections) -> Collections:
    """Without the numbers that count how it came about."""
    return {
        name: {id: _meaning(fields) for id, fields in documents.items()}
        for name, documents in found.items()
    }


def _meaning(fields: Any) -> Any:
    if isinstance(fields, dict):
        return {
            name: _meaning(value) for name, value in fields.items() if _snake(name) not in NOT_STATE
        }
    return fields


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
