"""Objects of one kind, oldest first, and found by the objects they belong to."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import dropwhile, islice
from typing import Generic, TypeVar

from ticketing_stripe_fake.objects import StripeObject

T = TypeVar("T", bound=StripeObject)


class Table(Generic[T]):
    def __init__(self, kind: type[T], *owners: str) -> None:
        """`owners` are the fields that name an owning object, such as a charge's intent."""
        self.kind = kind
        self._owners = owners
        self.clear()

    def clear(self) -> None:
        self._rows: dict[str, T] = {}
        self._order: list[str] = []
        self._positions: dict[str, int] = {}
        self._owned: dict[str, list[str]] = defaultdict(list)

    def get(self, id: str) -> T | None:
        return self._rows.get(id)

    def put(self, row: T) -> None:
        if row.id not in self._rows:
            self._positions[row.id] = len(self._order)
            self._order.append(row.id)
            for owner in self._owners:
                self._owned[getattr(row, owner)].append(row.id)
        self._rows[row.id] = row

    def owned_by(self, id: str) -> list[T]:
        return [self._rows[row] for row in self._owned.get(id, ())]

    def newest_first(self, after: str | None = None) -> Iterator[T]:
        start = len(self._order) if after is None else self._positions[after]
        return (self._rows[self._order[index]] for index in range(start - 1, -1, -1))

    def oldest_first(self, after: str | None = None) -> Iterator[T]:
        start = 0 if after is None else self._positions[after] + 1
        return (self._rows[self._order[index]] for index in range(start, len(self._order)))

    def __len__(self) -> int:
        return len(self._rows)


class RecentTable(Table[T]):
    """Keeps the newest only, and tells which ones it gave up."""

    def __init__(self, kind: type[T], limit: int) -> None:
        self.limit = limit
        super().__init__(kind)

    def put(self, row: T) -> None:
        self._rows[row.id] = row

    def give_up(self) -> list[str]:
        """The ids of those beyond the limit, which are no longer here."""
        gone = list(islice(self._rows, max(0, len(self._rows) - self.limit)))
        for id in gone:
            del self._rows[id]
        return gone

    def newest_first(self, after: str | None = None) -> Iterator[T]:
        return self._beyond(reversed(self._rows.values()), after)

    def oldest_first(self, after: str | None = None) -> Iterator[T]:
        return self._beyond(iter(self._rows.values()), after)

    def _beyond(self, rows: Iterator[T], after: str | None) -> Iterator[T]:
        if after is None:
            return rows
        return islice(dropwhile(lambda row: row.id != after, rows), 1, None)
