"""A replica set: what its primary has, and what a majority has.

A write is the primary's at once and the majority's a little later, in order; only then is it
acknowledged, and only then is it read. A failover takes back what no majority has. A primary that
was deposed without knowing it still answers reads, of the past.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.tests.simulation.mongo.collection import Collection, Stored
from infra.tests.simulation.network import Network

REPLICATION = 0.5e-3, 12e-3  # seconds until a majority has a write

Finish = Callable[[], None]
Fail = Callable[[Exception], None]
Statement = tuple[int, int]  # the number of a retryable write, and which of its statements


class ConnectionLostError(Exception):
    """The server went away with the answer: whether it was done is not known."""


class NoPrimaryError(Exception):
    """Nobody takes requests at the moment; this one was not begun."""


@dataclass
class Entry:
    """A write of the primary's that may yet be taken back."""

    collection: str
    id: Any
    before: Stored | None
    after: Stored | None
    statement: Statement
    at: float  # when a majority has it, unless replication stands still
    by: str
    finish: list[Finish] = field(default_factory=list)


class ReplicaSet:
    """`on_commit` is told each document that a majority has, in order."""

    def __init__(self, name: str, network: Network) -> None:
        self.name = name
        self.network = network
        self.primary: dict[str, Collection] = {}
        self.majority: dict[str, Collection] = {}
        self.up = True
        self.frozen = False
        self.replicating = True
        self.on_commit: Callable[[str, Any, Stored | None, Stored | None], None] | None = None
        self.outcomes: dict[Statement, Stored] = {}  # of what is done once, however often sent
        self._asking = ""  # whose request is carried out
        self._tail: deque[Entry] = deque()
        self._held: list[Callable[[], None]] = []
        self._connections: dict[Any, Fail] = {}

    def collection(self, name: str, of: "dict[str, Collection]") -> Collection:
        if name not in of:
            of[name] = Collection(name)
        return of[name]

    # What the driver asks for.

    def request(
        self, who: str, execute: Callable[[Callable[[Finish], None]], None], fail: Fail
    ) -> Finish:
        """Carry `execute` to the primary, which is given a way to answer. `fail` is told if the
        connection breaks. Returns how to hang up."""
        connection = object()
        self._connections[connection] = fail

        def hang_up() -> None:
            self._connections.pop(connection, None)

        def arrive() -> None:
            if connection not in self._connections:
                return
            if not self.up:
                hang_up()
                fail(NoPrimaryError())
            elif self.frozen:
                self._held.append(arrive)
            else:
                self._asking = who
                execute(answer)

        def answer(send: Finish) -> None:
            self.network.send(self.name, who, deliver, send)

        def deliver(send: Finish) -> None:
            if connection in self._connections:
                hang_up()
                send()

        self.network.send(who, self.name, arrive)
        return hang_up

    def write(self, collection: str, id: Any, after: Stored | None, statement: Statement) -> None:
        now, lag = self.network.loop.time(), self.network.dice.uniform(*REPLICATION)
        at = max(now + lag, self._tail[-1].at if self._tail else 0.0)
        before = self.collection(collection, self.primary).put(id, after)
        entry = Entry(collection, id, before, after, statement, at, self._asking)
        self._tail.append(entry)
        self.network.loop.in_world(at - now, self._commit)

    def when_committed(self, finish: Finish) -> None:
        """Call back once a majority has all that was written until now."""
        if self._tail:
            self._tail[-1].finish.append(finish)
        else:
            finish()

    # What happens to it.

    def kill(self) -> None:
        """All connections break; what it had is on its disk, with or without a majority."""
        self.up = False
        self._break()

    def start(self) -> None:
        self.up = True
        self._commit()

    def freeze(self) -> None:
        self.frozen = True

    def thaw(self) -> None:
        self.frozen = False
        held, self._held = self._held, []
        for arrive in held:
            arrive()
        self._commit()

    def stop_replication(self) -> None:
        self.replicating = False

    def resume_replication(self) -> None:
        self.replicating = True
        self._commit()

    def fail_over(self) -> int:
        """The primary is lost with all that no other member has; return how many writes."""
        lost = len(self._tail)
        while self._tail:
            entry = self._tail.pop()
            self.collection(entry.collection, self.primary).put(entry.id, entry.before)
            self.outcomes.pop(entry.statement, None)
            self._note("rolled back", entry)
        self.replicating = True
        self._break()
        return lost

    def _break(self) -> None:
        broken, self._connections = self._connections, {}
        for fail in broken.values():
            fail(ConnectionLostError())

    def _commit(self) -> None:
        now = self.network.loop.time()
        while self._tail and self._tail[0].at <= now:
            if not self.up or not self.replicating or self.frozen:
                return
            self._commit_first()

    def commit_all(self) -> None:
        """At once, whatever stands in the way."""
        while self._tail:
            self._commit_first()

    def _commit_first(self) -> None:
        entry = self._tail.popleft()
        target = self.collection(entry.collection, self.majority)
        before = target.put(entry.id, entry.after)
        self._note("stored", entry)
        if self.on_commit:
            self.on_commit(entry.collection, entry.id, before, entry.after)
        for finish in entry.finish:
            finish()

    def _note(self, kind: str, entry: Entry) -> None:
        facts = self.name, entry.collection, entry.id, entry.before, entry.after
        self.network.chronicle.note(entry.by, kind, *facts)
