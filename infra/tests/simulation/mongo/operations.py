"""What the primary does with each command. Writes are tried on the primary's documents, reads are
of the majority's."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import DeleteOne, InsertOne, UpdateMany, UpdateOne
from pymongo.errors import DuplicateKeyError, WriteError

from infra.tests.simulation.mongo.collection import Collection, Stored, as_stored, duplicate
from infra.tests.simulation.mongo.replica_set import ReplicaSet, Statement
from infra.tests.simulation.mongo.updating import updated, upserted
from infra.tests.simulation.unknown import UnknownError

COUNTS = ("nInserted", "nUpserted", "nMatched", "nModified", "nRemoved")


class Operations:
    """On one collection of a set; `operation` is the number of a write, which is done once."""

    def __init__(self, members: ReplicaSet, name: str, local: bool = False) -> None:
        self.members = members
        self.name = name
        self._local = local

    @property
    def _primary(self) -> Collection:
        return self.members.collection(self.name, self.members.primary)

    @property
    def readable(self) -> Collection:
        """What a majority has; with local reads, also what may yet be rolled back."""
        return self._primary if self._local else self.majority

    @property
    def majority(self) -> Collection:
        return self.members.collection(self.name, self.members.majority)

    def bulk(self, writes: Sequence[Any], operation: int) -> Stored:
        """MongoDB's account of an unordered bulk: what failed, and what was upserted."""
        account: Stored = {"writeErrors": [], "writeConcernErrors": [], "upserted": []}
        account |= dict.fromkeys(COUNTS, 0)
        for index, write in sorted(enumerate(writes), key=_kind):
            try:
                outcome = self._once(write, (operation, index))
            except WriteError as error:
                details = {**(error.details or {}), "code": error.code, "index": index}
                account["writeErrors"].append({"errmsg": str(error), **details})
                continue
            for name in COUNTS:
                account[name] += outcome.get(name, 0)
            if "_id" in outcome:
                account["upserted"].append({"index": index, "_id": outcome["_id"]})
        return account

    def _once(self, write: Any, statement: Statement) -> Stored:
        """What came of it, also where it is sent again because its answer was lost."""
        outcomes = self.members.outcomes
        if statement not in outcomes:
            outcomes[statement] = self._one(write, statement)
        return outcomes[statement]

    def _one(self, write: Any, statement: Statement) -> Stored:
        match write:
            case InsertOne():
                self._insert(as_stored(write._doc), statement)
                return {"nInserted": 1}
            case UpdateOne() | UpdateMany():
                return self._update(write, statement)
            case DeleteOne():
                found = self._primary.find(write._filter, limit=1)
                for before in found:
                    self.members.write(self.name, before["_id"], None, statement)
                return {"nRemoved": len(found)}
        raise UnknownError(f"{type(write)} in a bulk")

    def _update(self, write: Any, statement: Statement) -> Stored:
        found = self._primary.find(write._filter, limit=1 if isinstance(write, UpdateOne) else 0)
        update = as_stored(write._doc)
        if not found and write._upsert:
            document = as_stored(upserted(write._filter, write._doc))
            self._insert(document, statement)
            return {"nUpserted": 1, "_id": document["_id"]}
        changed = sum([self._change(before, update, statement) for before in found])
        return {"nMatched": len(found), "nModified": changed}

    def _insert(self, document: Stored, statement: Statement) -> None:
        id = document["_id"]
        if id in self._primary.documents:
            raise duplicate({"_id": 1}, id)
        self._primary.require_unique(id, document)
        self.members.write(self.name, id, document, statement)

    def _change(self, before: Stored, update: Mapping[str, Any], statement: Statement) -> bool:
        after = updated(before, update)
        if after == before:
            return False
        self._primary.require_unique(before["_id"], after)
        self.members.write(self.name, before["_id"], after, statement)
        return True

    def single(self, write: Any, operation: int) -> Stored:
        """As a bulk of one, but its failure is raised."""
        account = self.bulk([write], operation)
        if account["writeErrors"]:
            error = account["writeErrors"][0]
            kind = DuplicateKeyError if error["code"] == 11000 else WriteError
            raise kind(error["errmsg"], error["code"], error)
        return account

    def create_indexes(self, models: Sequence[Any]) -> None:
        for model in models:
            document = model.document
            fields = list(document["key"])
            for documents in (self._primary, self.majority):
                documents.index(
                    fields, document.get("unique", False), document.get("partialFilterExpression")
                )


def _kind(write: tuple[int, Any]) -> int:
    """PyMongo sends an unordered bulk in three: inserts, then updates, then deletes."""
    return 0 if isinstance(write[1], InsertOne) else 2 if isinstance(write[1], DeleteOne) else 1
