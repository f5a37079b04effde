"""The documents of one collection, as one member of a replica set has them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import bson
from bson.codec_options import CodecOptions
from pymongo.errors import DuplicateKeyError, WriteError

from infra.tests.simulation.mongo.matching import MISSING, matches, sort_key, values_at

OPTIONS: Any = CodecOptions(tz_aware=True)
DUPLICATE_KEY = 11000

Stored = dict[str, Any]
Sort = Sequence[tuple[str, int]]


def as_stored(document: Mapping[str, Any]) -> Stored:
    """The document as BSON keeps it; raises what the driver raises for what it can't."""
    stored: Stored = bson.decode(bson.encode(document), OPTIONS)
    return stored


def copied(value: Any) -> Any:
    """What is stored, for somebody who may change it; values that can't change are shared."""
    if type(value) is dict:
        return {
            name: copied(each) if type(each) in (dict, list) else each
            for name, each in value.items()
        }
    if type(value) is list:
        return [copied(each) if type(each) in (dict, list) else each for each in value]
    return value


@dataclass
class Unique:
    """A unique index, and who holds each key of it."""

    fields: tuple[str, ...]
    where: Mapping[str, Any] | None
    holders: dict[Any, Any] = field(default_factory=dict)

    def key(self, document: Stored) -> Any:
        if self.where and not matches(document, self.where):
            return None
        return tuple(sort_key(next(values_at(document, name), MISSING)) for name in self.fields)


class Collection:
    """`put` is all that ever changes it. Fields that are indexed are found without a scan."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.documents: dict[Any, Stored] = {}
        self.unique: list[Unique] = []
        self._by_field: dict[str, dict[Any, dict[Any, None]]] = {}  # field, key, ids

    def index(self, fields: Sequence[str], unique: bool, where: Mapping[str, Any] | None) -> None:
        """Raise `DuplicateKeyError` where two documents have the same unique key."""
        if fields[0] not in self._by_field:
            self._by_field[fields[0]] = {}
            for id, document in self.documents.items():
                self._enter(fields[0], id, _keys(document, fields[0]))
        if unique and not any(each.fields == tuple(fields) for each in self.unique):
            made = Unique(tuple(fields), where)
            for id, document in self.documents.items():
                if (key := made.key(document)) is not None:
                    if key in made.holders:
                        raise DuplicateKeyError(f"{key}", DUPLICATE_KEY, {"keyValue": {}})
                    made.holders[key] = id
            self.unique.append(made)

    def require_unique(self, id: Any, document: Stored) -> None:
        """Raise `WriteError`, as a bulk write tells it, where an index refuses the document."""
        for each in self.unique:
            key = each.key(document)
            if key is not None and each.holders.get(key, id) != id:
                raise duplicate(dict.fromkeys(each.fields, 1), key)

    def put(self, id: Any, document: Stored | None) -> Stored | None:
        """Set or (None) remove a document, and return what stood there."""
        before = self.documents.get(id)
        for name in self._by_field:
            left = _keys(before, name) if before is not None else []
            entered = _keys(document, name) if document is not None else []
            if left != entered:
                self._leave(name, id, left)
                self._enter(name, id, entered)
        for each in self.unique:
            old = each.key(before) if before is not None else None
            new = each.key(document) if document is not None else None
            if old != new:
                if old is not None:
                    each.holders.pop(old, None)
                if new is not None:
                    each.holders[new] = id
        if document is None:
            self.documents.pop(id, None)
        else:
            self.documents[id] = document
        return before

    def find(
        self, query: Mapping[str, Any], sort: Sort | None = None, limit: int = 0
    ) -> list[Stored]:
        """References to what matches: not to be changed."""
        found = [each for each in self._candidates(query) if matches(each, query)]
        for name, direction in reversed(sort or ()):
            found.sort(key=lambda each: _by(each, name), reverse=direction < 0)
        return found[:limit] if limit else found

    def _candidates(self, query: Mapping[str, Any]) -> Iterable[Stored]:
        if "_id" in query:
            ids = _equalities(query["_id"])
            if ids is not None:
                return [self.documents[id] for id in dict.fromkeys(ids) if id in self.documents]
        for name, wanted in query.items():
            if (keys := self._by_field.get(name)) is not None:
                return self._indexed(keys, wanted)
        return list(self.documents.values())

    def _indexed(self, keys: dict[Any, dict[Any, None]], wanted: Any) -> Iterator[Stored]:
        equal = _equalities(wanted)
        if equal is not None and None not in equal:
            chosen = [key for value in equal if (key := sort_key(value)) in keys]
        elif isinstance(wanted, Mapping) and set(wanted) <= {"$gt", "$gte", "$lt", "$lte"}:
            chosen = [key for key in keys if key != (0, 0)]
        else:
            chosen = list(keys)
        seen: dict[Any, None] = {}
        for key in chosen:
            seen |= keys[key]
        return (self.documents[id] for id in seen)

    def _enter(self, name: str, id: Any, keys: Iterable[Any]) -> None:
        for key in keys:
            self._by_field[name].setdefault(key, {})[id] = None

    def _leave(self, name: str, id: Any, keys: Iterable[Any]) -> None:
        for key in keys:
            ids = self._by_field[name][key]
            ids.pop(id, None)
            if not ids:
                del self._by_field[name][key]


def duplicate(pattern: Mapping[str, int], key: Any) -> WriteError:
    """What MongoDB says of a document whose key another one has."""
    text = f"E11000 duplicate key error: {key}"
    return WriteError(text, DUPLICATE_KEY, {"keyPattern": pattern, "errmsg": text})


def _keys(document: Stored, name: str) -> list[Any]:
    if name in document and not isinstance(document[name], list):
        return [sort_key(document[name])]
    values = [each for each in values_at(document, name) if not isinstance(each, list)]
    return list(dict.fromkeys(map(sort_key, values or [MISSING])))


def _equalities(wanted: Any) -> list[Any] | None:
    """The values that a condition allows; None where it is of another kind."""
    if not isinstance(wanted, dict):
        return [wanted]
    if len(wanted) == 1 and "$in" in wanted:
        return list(wanted["$in"])
    return None


def _by(document: Stored, name: str) -> Any:
    return sort_key(next(values_at(document, name), MISSING))
