"""Where the ledger survives restarts: nowhere, or an SQLite file.

SQLite's write-ahead log makes each write all or nothing under `kill -9` and power cuts alike; what
was acknowledged survives the kill, and may be missing after a power cut (no fsync per write).
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import TypeVar

import orjson

from ticketing_stripe_fake.kept_result import KeptResult
from ticketing_stripe_fake.objects import StripeObject

T = TypeVar("T", bound=StripeObject)

_SCHEMA = """
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS objects (
    position INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, body BLOB
);
CREATE TABLE IF NOT EXISTS kept_results (
    key TEXT PRIMARY KEY, endpoint TEXT, fingerprint BLOB, request_id TEXT, kept_at REAL,
    status INTEGER, should_retry INTEGER, body BLOB
);
"""


class Storage:
    """Keeps nothing; the base of what does."""

    def objects(self, kind: type[T]) -> Iterable[T]:
        return ()

    def kept_results(self) -> Iterable[KeptResult]:
        return ()

    def write(self, rows: Iterable[StripeObject], result: KeptResult | None) -> None:
        pass

    def forget(self, keys: Iterable[str]) -> None:
        pass

    def drop(self, ids: Iterable[str]) -> None:
        pass

    def clear_objects(self) -> None:
        pass

    def close(self) -> None:
        pass


class SqliteStorage(Storage):
    def __init__(self, path: Path, lock_seconds: float) -> None:
        """Raises sqlite3.OperationalError when another process holds the file that long."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=lock_seconds)
        self._db.executescript(_SCHEMA)

    def objects(self, kind: type[T]) -> Iterator[T]:
        query = "SELECT body FROM objects WHERE kind = ? ORDER BY position"
        for (body,) in self._db.execute(query, (kind.__name__,)):
            yield kind(**orjson.loads(body))

    def kept_results(self) -> Iterator[KeptResult]:
        for row in self._db.execute("SELECT * FROM kept_results ORDER BY kept_at"):
            yield KeptResult(*row)

    def write(self, rows: Iterable[StripeObject], result: KeptResult | None) -> None:
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO objects (id, kind, body) VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                [(row.id, type(row).__name__, orjson.dumps(row)) for row in rows],
            )
            if result:
                db.execute(
                    "INSERT OR REPLACE INTO kept_results VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    astuple(result),
                )

    def forget(self, keys: Iterable[str]) -> None:
        with self._transaction() as db:
            db.executemany("DELETE FROM kept_results WHERE key = ?", [(key,) for key in keys])

    def drop(self, ids: Iterable[str]) -> None:
        with self._transaction() as db:
            db.executemany("DELETE FROM objects WHERE id = ?", [(id,) for id in ids])

    def clear_objects(self) -> None:
        self._db.execute("DELETE FROM objects")

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
