"""A stream of JetStream's: messages on disk, numbered, each id stored once within a window."""

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from typing import Any

from infra.tests.simulation.nats.subjects import fits


@dataclass(frozen=True, slots=True)
class Stored:
    """One message; `at` in seconds of the world."""

    number: int
    subject: str
    headers: dict[str, str]
    data: bytes
    at: float

    @property
    def size(self) -> int:
        """In the server's file: lengths, number, time and a checksum are 30 bytes."""
        lines = sum(len(name) + len(value) + 4 for name, value in self.headers.items())
        headers = len("NATS/1.0\r\n") + lines + 2 + 4 if lines else 0
        return 30 + len(self.subject) + headers + len(self.data)


@dataclass
class Stream:
    """`config` as the client gave it; `created` is what tells one stream from another."""

    config: dict[str, Any]
    created: float
    messages: dict[int, Stored] = field(default_factory=dict)
    first: int = 1
    last: int = 0
    size: int = 0  # in bytes
    _by_subject: dict[str, list[int]] = field(default_factory=dict)
    _ids: dict[str, tuple[int, float]] = field(default_factory=dict)

    def takes(self, subject: str) -> bool:
        return any(_fits(each, subject) for each in self.config.get("subjects") or ())

    def store(
        self, subject: str, headers: dict[str, str], data: bytes, now: float
    ) -> tuple[int, bool]:
        """Its number, and whether it had been stored before."""
        id = headers.get("Nats-Msg-Id")
        window = self.config.get("duplicate_window", 120e9) / 1e9
        known = self._ids.get(id) if id else None
        if known and now - known[1] < window and known[0] <= self.last:
            return known[0], True
        self.last += 1
        message = Stored(self.last, subject, headers, data, now)
        self.messages[self.last] = message
        self.size += message.size
        self._by_subject.setdefault(subject, []).append(self.last)
        if id:
            self._ids[id] = (self.last, now)
        limit = self.config.get("max_bytes", -1)
        while 0 < limit < self.size:
            self._discard_first()
        return self.last, False

    def next(self, filters: list[str], after: int) -> int | None:
        """The number of the first message from `after` on that is of one of these subjects."""
        after = max(after, self.first)
        found = [
            numbers[at]
            for numbers in self._numbers(filters)
            if (at := bisect_left(numbers, after)) < len(numbers)
        ]
        return min(found, default=None)

    def count(self, filters: list[str], after: int) -> int:
        after = max(after, self.first)
        return sum(len(found) - bisect_left(found, after) for found in self._numbers(filters))

    def _numbers(self, filters: list[str]) -> list[list[int]]:
        """The numbers of each subject's messages, for the subjects that these name."""
        if len(filters) == 1 and "*" not in filters[0] and ">" not in filters[0]:
            return [self._by_subject[filters[0]]] if filters[0] in self._by_subject else []
        return [
            numbers
            for subject, numbers in self._by_subject.items()
            if not filters or any(_fits(each, subject) for each in filters)
        ]

    def last_of(self, subject: str) -> int | None:
        numbers = self._by_subject.get(subject)
        return numbers[-1] if numbers else None

    def copy(self) -> "Stream":
        by_subject = {subject: list(numbers) for subject, numbers in self._by_subject.items()}
        messages, ids = dict(self.messages), dict(self._ids)
        return replace(self, messages=messages, _by_subject=by_subject, _ids=ids)

    def keep_since(self, moment: float) -> None:
        """As a stream at its limit does: what is older is gone."""
        while (first := self.next([], self.first)) and self.messages[first].at < moment:
            self._discard_first()

    def delete(self, number: int) -> bool:
        """Return whether it was there."""
        message = self.messages.pop(number, None)
        if message:
            self.size -= message.size
            self._by_subject[message.subject].remove(number)
        return message is not None

    def _discard_first(self) -> None:
        message = self.messages.pop(self.first, None)
        if message:
            self.size -= message.size
            self._by_subject[message.subject].remove(self.first)
        self.first += 1


def _fits(pattern: str, subject: str) -> bool:
    return pattern == subject or (
        ("*" in pattern or ">" in pattern) and fits(pattern.split("."), subject.split("."))
    )
