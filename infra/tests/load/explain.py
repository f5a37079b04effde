"""A pytest plugin: every query that the services make in the tests has to use an index.

`pytest --mongod -p infra.tests.load.explain orders` puts a watch between the services and their
collections, has MongoDB explain each kind of query once, and fails the run where one reads the
whole collection. Whatever a test makes a service ask is seen, so a new query needs no entry here.
Queries of the tests themselves are let through.
"""

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from infra.tests.load.queries import Query, UnknownMethodError, is_decided, queries, scans
from ticketing_common.store.database import Database
from ticketing_common.store.page import Page
from ticketing_common.store.store import Store

OURS = "ticketing_"
STORE = "ticketing_common.store"
HANDED = "explained queries"


@dataclass(slots=True)
class Journal:
    """Kinds of queries: those an index was seen to answer, and those that it was not (yet)."""

    good: set[str] = field(default_factory=set)
    scanning: dict[str, str] = field(default_factory=dict)  # and who asked
    of_tests: set[str] = field(default_factory=set)  # pages a test asked a store for itself
    of_services: set[str] = field(default_factory=set)

    def note(self, collection: Any, method: str, args: Any, kwargs: Any, asker: str) -> None:
        try:
            asked = queries(collection.name, method, args, kwargs)
        except UnknownMethodError:  # raised here, it would be the service's own failure
            self.scanning[f"{method}, which `queries` does not know"] = asker
            return
        for query in asked:
            if not query.reads_all and query.shape not in self.good:
                self._explain(collection, query, asker)

    def _explain(self, collection: Any, query: Query, asker: str) -> None:
        try:
            explain = {"explain": query.command, "verbosity": "queryPlanner"}
            plan = _database(collection).command(explain)
        except PyMongoError:  # the test took the database away: another one will tell
            return
        if not is_decided(plan):
            return
        if scans(plan):  # or this test has no indexes
            self.scanning[query.shape] = asker
        else:
            self.good.add(query.shape)

    def merge(self, other: "Journal") -> None:
        self.good |= other.good
        self.scanning |= other.scanning
        self.of_tests |= other.of_tests
        self.of_services |= other.of_services

    def failures(self) -> list[str]:
        fine = self.good | (self.of_tests - self.of_services)
        bad = [shape for shape in self.scanning if shape not in fine]
        return [f"{self.scanning[shape]} reads a whole collection: {shape}" for shape in bad]


class Watched:
    """A collection whose queries are noted when one of our services makes them."""

    def __init__(self, collection: Any, journal: Journal) -> None:
        self._collection = collection
        self._journal = journal
        self._is_real = isinstance(collection, AsyncCollection)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._collection, name)
        asker = next(_askers(), "")
        if not asker.startswith(OURS) or not self._is_real:
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            self._journal.note(self._collection, name, args, kwargs, asker)
            return found(*args, **kwargs)

        return call if callable(found) else found


def _database(collection: Any) -> Any:
    """The same database for one who need not wait."""
    [(host, port)] = collection.database.client.nodes
    return _client(host, port)[collection.database.name]


@cache
def _client(host: str, port: int) -> MongoClient[Any]:
    return MongoClient(host, port, directConnection=True, serverSelectionTimeoutMS=2000)


def _askers() -> Iterator[str]:
    """The modules in whose name a collection is asked, from the nearest one outside the store.

    A batch runs in a task of its own, which nobody but the event loop called: the asker is ours.
    """
    frame = sys._getframe(2)
    while frame:
        module = str(frame.f_globals["__name__"])
        if not module.startswith(STORE):
            yield "ticketing_common.store" if module.startswith("asyncio") else module
        frame = frame.f_back  # type: ignore[assignment]


class Plugin:
    """Where several processes share the tests, each hands its journal to the one that judges."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        if handed := getattr(node, "workeroutput", {}).get(HANDED):
            self.journal.merge(Journal(**handed))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[HANDED] = asdict(self.journal)
        elif self.journal.failures() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for failure in self.journal.failures():
            terminalreporter.write_line(f"FAILED {failure}")
        terminalreporter.write_line(f"{len(self.journal.good)} kinds of queries use an index")


def _watch_pages(config: pytest.Config, journal: Journal) -> None:
    """Pages are asked for in a batch's own task, which does not tell a test from a service."""
    original = Store.page

    def page(store: Store[Any], query: Any, page: Page) -> Any:
        asker = str(sys._getframe(1).f_globals["__name__"])
        shapes = journal.of_services if asker.startswith(OURS) else journal.of_tests
        options = {"sort": list(page.order.sort)}
        name = store.document.collection
        for part in page.parts(query):
            shapes.update(each.shape for each in queries(name, "find", (part,), options))
        return original(store, query, page)

    Store.page = page  # type: ignore[method-assign, assignment]
    config.add_cleanup(lambda: setattr(Store, "page", original))


def pytest_configure(config: pytest.Config) -> None:
    journal = Journal()
    original = Database.__getitem__

    def watched(database: Database, collection: str) -> Any:
        return Watched(original(database, collection), journal)

    Database.__getitem__ = watched  # type: ignore[method-assign]
    config.add_cleanup(lambda: setattr(Database, "__getitem__", original))
    _watch_pages(config, journal)
    config.pluginmanager.register(Plugin(journal), "explained-queries")
