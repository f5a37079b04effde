"""The orders service's replica set, asked and told member by member."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bson import ObjectId
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from infra.tests.chaos.plan import members
from infra.tests.chaos.stack import ChaosStack

# MongoDB's own tests stop a secondary by it: it stays in touch, and takes over nothing more.
STOPPED = "stopReplProducer"


class ReplicaSet:
    """Methods raise PyMongoError where a member does not answer."""

    def __init__(self, stack: ChaosStack) -> None:
        self.stack = stack

    def primary(self) -> str | None:
        for name in members():
            try:
                if self.tell(name, {"hello": 1})["isWritablePrimary"]:
                    return name
            except PyMongoError:
                continue  # another one may be it
        return None

    def secondaries(self) -> list[str]:
        primary = self.primary()
        return [name for name in members() if name != primary]

    def stop_replication(self, member: str) -> None:
        """From the return on it takes over nothing that the primary writes."""
        entered = self.tell(member, {"configureFailPoint": STOPPED, "mode": "alwaysOn"})["count"]
        wait = {"waitForFailPoint": STOPPED, "timesEntered": entered + 1, "maxTimeMS": 5000}
        self.tell(member, wait)

    def resume_replication(self, member: str) -> None:
        self.tell(member, {"configureFailPoint": STOPPED, "mode": "off"})

    def step_down(self, member: str) -> None:
        self.tell(member, {"replSetStepDown": 5, "secondaryCatchUpPeriodSecs": 1})

    def status_of(self, member: str, order: str) -> str | None:
        """An order's status as this member has it, whatever the others have."""
        with self._client(member) as client:
            found = client["orders"]["orders"].find_one({"_id": ObjectId(order)})
        return found["status"] if found else None

    def tell(self, member: str, command: dict[str, Any]) -> dict[str, Any]:
        with self._client(member) as client:
            return dict(client.admin.command(command))

    @contextmanager
    def _client(self, member: str) -> "Iterator[MongoClient[Any]]":
        client: MongoClient[Any] = MongoClient(
            "127.0.0.1",
            self.stack.port(member),
            directConnection=True,
            timeoutMS=6000,
            serverSelectionTimeoutMS=1000,
            readConcernLevel="local",
        )
        with client:
            yield client
