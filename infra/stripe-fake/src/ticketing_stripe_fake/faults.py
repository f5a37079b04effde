"""Faults a test switches on: for the next N matching requests, or at a probability with a seed.

Each kind acts at one stage of a request, so a fault for the confirm endpoint is not used up by a
replay that never executes.
"""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import count
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "drop_request",
    "unavailable",
    "rate_limit",
    "forget_key",
    "latency",
    "lock_timeout",
    "error_before",
    "error_after",
    "slow_response",
    "lost_response",
    "webhook_lost",
    "webhook_forged",
    "webhook_late",
    "webhook_reordered",
    "webhook_twice",
]
"""In the order they act; what each does is in the README."""

KINDS: tuple[Kind, ...] = get_args(Kind)
NEED_SECONDS = {"latency", "slow_response", "webhook_late", "webhook_reordered"}


@dataclass
class Fault:
    """Raises ValueError when its fields make no sense."""

    kind: Kind
    method: str = "*"
    path: str = "/v1/**"
    """`*` is one segment, `**` any number of them."""
    key: str = "*"
    """The idempotency key, as a shell pattern."""
    event: str = "*"
    """A webhook's type, as a shell pattern."""
    skip: int = 0
    """Leaves that many matching requests alone first."""
    next: int | None = None
    """How many requests it strikes, or every one."""
    probability: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    """Of what takes time; a reordered webhook waits that long at most."""
    status: int | None = None
    """In place of the error's usual status."""
    hang: bool = False
    """A lost response leaves the connection open until the client gives up."""
    id: int = 0
    matched: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        if not 0 <= self.probability <= 1:
            raise ValueError("probability must be between 0 and 1")
        if self.kind in NEED_SECONDS and self.seconds <= 0:
            raise ValueError(f"{self.kind} needs seconds")
        if self.status is not None and not 400 <= self.status <= 599:
            raise ValueError("status must be an error's")
        self._random = random.Random(self.seed)  # noqa: S311  repeatable, not secret
        self._path = _pattern(self.path)

    @property
    def exhausted(self) -> bool:
        return self.next is not None and self.fired >= self.next

    def strikes(self, method: str, path: str, key: str) -> bool:
        if self.exhausted or self.method not in ("*", method):
            return False
        if not self._path.fullmatch(path) or not fnmatchcase(key, self.key):
            return False
        return self._fires()

    def strikes_event(self, type: str) -> bool:
        return not self.exhausted and fnmatchcase(type, self.event) and self._fires()

    def _fires(self) -> bool:
        self.matched += 1
        if self.matched <= self.skip or self._random.random() >= self.probability:
            return False
        self.fired += 1
        return True


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = count(1)

    def add(self, fault: Fault) -> Fault:
        fault.id = next(self._ids)
        self._faults.append(fault)
        return fault

    def all(self) -> Iterable[Fault]:
        return tuple(self._faults)

    def remove(self, id: int) -> bool:
        before = len(self._faults)
        self._faults = [fault for fault in self._faults if fault.id != id]
        return len(self._faults) < before

    def clear(self) -> None:
        self._faults = []

    def strike(self, kind: Kind, method: str, path: str, key: str | None) -> Fault | None:
        """The first fault of this kind that strikes this request."""
        for fault in self._faults:
            if fault.kind == kind and fault.strikes(method, path, key or ""):
                return fault
        return None

    def strike_event(self, kind: Kind, type: str) -> Fault | None:
        """The first fault of this kind that strikes a webhook of this type."""
        for fault in self._faults:
            if fault.kind == kind and fault.strikes_event(type):
                return fault
        return None


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*)", path)
    wild = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(wild.get(part, re.escape(part)) for part in parts))
