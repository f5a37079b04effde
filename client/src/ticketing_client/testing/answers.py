"""What the fake parts of the API have in common: refusals, ids, moments."""

from datetime import datetime
from itertools import count
from typing import Any

Json = dict[str, Any]

_numbers = count(0x6921A0000000000000000001)


class Refusal(Exception):  # noqa: N818 - an answer
    """A 4xx with its body."""

    def __init__(self, status: int, *errors: Json, **more: str) -> None:
        super().__init__(status, errors)
        self.status = status
        self.body: Json = {"errors": list(errors), **more}


def refusal(status: int, message: str, field: str | None = None) -> Refusal:
    return Refusal(status, {"message": message, **({"field": field} if field else {})})


def new_id() -> str:
    """As MongoDB's: later ids are greater."""
    return f"{next(_numbers):024x}"


def moment(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def find(documents: dict[str, Json], id: str) -> Json:
    if id not in documents:
        raise refusal(404, "Not Found")
    return documents[id]


def signed_in(user: str | None) -> str:
    if user is None:
        raise refusal(401, "Not authorized")
    return user
