"""Every change of every order, in the order in which the database committed them."""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError


@dataclass(frozen=True, slots=True)
class Change:
    """An order got a status; `ticket` is None where that is not the order's first change."""

    order: str
    ticket: str | None
    status: str
    at: datetime


class ChangeRecorder:
    """Follows the orders database's change stream, which shows what a majority has.

    It outlives restarts and failovers: it goes on after the last change it saw.
    """

    def __init__(self, uri: str) -> None:
        self.changes: list[Change] = []
        self.opened = threading.Event()
        self.error: BaseException | None = None
        self._uri = uri
        self._token: Any = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Return once it is open. Raises TimeoutError if that takes too long."""
        self._thread.start()
        if not self.opened.wait(20):
            raise TimeoutError("the change stream does not open")

    def stop(self) -> None:
        """Stop once it has seen what was committed before."""
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        client: MongoClient[Any] = MongoClient(
            self._uri, tz_aware=True, serverSelectionTimeoutMS=2000, readConcernLevel="majority"
        )
        with client:
            while not self._stop.is_set():
                try:
                    self._follow(client)
                except PyMongoError:  # a failover that the driver could not bridge by itself
                    self._stop.wait(0.2)

    def _follow(self, client: "MongoClient[Any]") -> None:
        orders = client["orders"]["orders"]
        with orders.watch(resume_after=self._token, max_await_time_ms=500) as stream:
            self.opened.set()
            while True:
                stopping = self._stop.is_set()
                change = stream.try_next()
                self._token = stream.resume_token
                if change is not None:
                    self._take(change)
                elif stopping:
                    return

    def _take(self, change: dict[str, Any]) -> None:
        order = str(change["documentKey"]["_id"])
        at = change["wallTime"]
        if change["operationType"] == "insert":
            document = change["fullDocument"]
            told = Change(order, document["ticket"]["id"], document["status"], at)
            self.changes.append(told)
        elif change["operationType"] == "update":
            status = change["updateDescription"]["updatedFields"].get("status")
            if status is not None:
                self.changes.append(Change(order, None, status, at))
        else:  # nothing of ours deletes or replaces an order
            self.changes.append(Change(order, None, change["operationType"], at))
