"""What users were told: the promises that the databases have to keep."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


@dataclass
class Journal:
    """Each entry is a reply that a user got; what got none is not in here."""

    users: dict[str, str] = field(default_factory=dict)  # ids by e-mail
    tickets: dict[str, JSON] = field(default_factory=dict)  # the latest version acknowledged
    orders: dict[str, JSON] = field(default_factory=dict)  # the 201 to POST /api/orders
    cancelled: set[str] = field(default_factory=set)  # the 204 to DELETE
    cancel_tried: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)  # tickets, by the last 204 to DELETE
    unclear: set[str] = field(default_factory=set)  # tickets with an edit that got no answer
    listed_still: list[str] = field(default_factory=list)  # tickets in a list after that 204
    payments: dict[str, str] = field(default_factory=dict)  # payment ids by order
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)  # by request and status
    unanswered: int = 0
    stream_lost: bool = False  # news of it, by a scenario
    unread: list[str] = field(default_factory=list)  # own writes that a later read did not show
    crashes: list[str] = field(default_factory=list)  # answers that no request may get

    def ticket(self, told: JSON) -> None:
        known = self.tickets.get(told["id"])
        if known is None or known["version"] < told["version"]:
            self.tickets[told["id"]] = told
