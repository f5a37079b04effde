"""What an update makes of a document, for the operators our services use."""

from collections.abc import Callable, Mapping
from typing import Any

from pymongo.errors import WriteError

from infra.tests.simulation.mongo.matching import MISSING, matches, sort_key, values_at
from infra.tests.simulation.unknown import UnknownError

PATH_NOT_VIABLE = 28  # MongoDB's code: a dotted path leads through what is no document

Stored = dict[str, Any]


def updated(document: Stored, update: Mapping[str, Any], inserted: bool = False) -> Stored:
    """A new document with the update applied; what is not changed is the same object."""
    result: Stored = dict(document)
    for name, fields in update.items():
        if name == "$setOnInsert" and not inserted:
            continue
        operator = _operator("$set" if name == "$setOnInsert" else name)
        for path, argument in fields.items():
            parent, field = _parent(result, path, create=name != "$unset")
            if parent is not None:
                operator(parent, field, argument)
    return result


def upserted(query: Mapping[str, Any], update: Mapping[str, Any]) -> Stored:
    """The document that an upsert inserts: the query's equalities, and the update on them."""
    base: Stored = {}
    for path, wanted in query.items():
        if not path.startswith("$") and not _is_operators(wanted):
            parent, field = _parent(base, path, create=True)
            assert parent is not None
            parent[field] = wanted
    return updated(base, update, inserted=True)


def _is_operators(wanted: Any) -> bool:
    return isinstance(wanted, Mapping) and any(name.startswith("$") for name in wanted)


def _parent(document: Stored, path: str, create: bool) -> tuple[Stored | None, str]:
    *heads, field = path.split(".")
    for head in heads:
        if head not in document and not create:
            return None, field
        inner = document.get(head, {})
        if not isinstance(inner, dict):
            raise WriteError(f"Cannot create field '{field}' in {head}", PATH_NOT_VIABLE)
        inner = document[head] = dict(inner)  # the original's stays as it is
        document = inner
    return document, field


def _set(parent: Stored, field: str, value: Any) -> None:
    parent[field] = value


def _unset(parent: Stored, field: str, _: Any) -> None:
    parent.pop(field, None)


def _inc(parent: Stored, field: str, by: Any) -> None:
    parent[field] = parent.get(field, 0) + by


def _push(parent: Stored, field: str, value: Any) -> None:
    many = value["$each"] if isinstance(value, Mapping) and "$each" in value else [value]
    if isinstance(value, Mapping) and set(value) - {"$each"} and "$each" in value:
        raise UnknownError(f"$push with {set(value)}")
    parent[field] = [*parent.get(field, []), *many]


def _pull(parent: Stored, field: str, condition: Any) -> None:
    def goes(element: Any) -> bool:
        if isinstance(element, Mapping) and isinstance(condition, Mapping):
            return matches(element, condition)
        return matches({"e": element}, {"e": condition})

    if field in parent:
        parent[field] = [each for each in parent[field] if not goes(each)]


def _add_to_set(parent: Stored, field: str, value: Any) -> None:
    many = value["$each"] if isinstance(value, Mapping) and "$each" in value else [value]
    kept = list(parent.get(field, []))
    parent[field] = kept + [each for each in many if each not in kept]


def _max(parent: Stored, field: str, value: Any) -> None:
    present = next(values_at(parent, field), MISSING)
    if present is MISSING or sort_key(value) > sort_key(present):
        parent[field] = value


def _min(parent: Stored, field: str, value: Any) -> None:
    present = next(values_at(parent, field), MISSING)
    if present is MISSING or sort_key(value) < sort_key(present):
        parent[field] = value


_OPERATORS: dict[str, Callable[[Stored, str, Any], None]] = {
    "$set": _set,
    "$unset": _unset,
    "$inc": _inc,
    "$push": _push,
    "$pull": _pull,
    "$addToSet": _add_to_set,
    "$max": _max,
    "$min": _min,
}


def _operator(name: str) -> Callable[[Stored, str, Any], None]:
    try:
        return _OPERATORS[name]
    except KeyError:
        raise UnknownError(f"the update operator {name}") from None
