"""Which documents a query matches, for the operators our services use; any other is an error."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bson import DatetimeMS, Int64, ObjectId

from infra.tests.simulation.unknown import UnknownError

Document = Mapping[str, Any]

MISSING: Any = object()


def matches(document: Document, query: Mapping[str, Any]) -> bool:
    for field, wanted in query.items():  # noqa: SIM110 - `all` takes twice as long
        if not _holds(document, field, wanted):
            return False
    return True


def values_at(document: Any, path: str) -> Iterator[Any]:
    """What stands at a dotted path: in an array each element's, and the array itself at its end."""
    if "." not in path and type(document) is dict:  # nearly always
        value = document.get(path, MISSING)
        yield value
        if type(value) is list:
            yield from value
        return
    if isinstance(document, list):
        for element in document:
            if isinstance(element, dict):
                yield from values_at(element, path)
        return
    head, _, rest = path.partition(".")
    if isinstance(document, dict) and head in document and rest:
        yield from values_at(document[head], rest)
    elif not rest:
        yield MISSING


def sort_key(value: Any) -> tuple[int, Any]:
    """MongoDB's order of values of different types, for those that we store."""
    if value is MISSING:
        return 0, 0
    try:
        return _SORTED[type(value)](value)
    except KeyError:
        if isinstance(value, str):  # a StrEnum of ours in a query
            return 2, str(value)
        raise UnknownError(f"an order of {type(value)}") from None


_SORTED: dict[type, Callable[[Any], tuple[int, Any]]] = {
    type(None): lambda _: (0, 0),
    int: lambda value: (1, value),
    float: lambda value: (1, value),
    Int64: lambda value: (1, value),
    str: lambda value: (2, value),
    dict: lambda value: (3, tuple((name, sort_key(each)) for name, each in value.items())),
    list: lambda value: (3, tuple(map(sort_key, value))),
    ObjectId: lambda value: (4, value.binary),
    bool: lambda value: (5, value),
    datetime: lambda value: (6, value),
    DatetimeMS: lambda value: (6, value.as_datetime()),
}


def _holds(document: Document, field: str, wanted: Any) -> bool:
    if not isinstance(wanted, dict) and field in document:
        value = document[field]
        if not isinstance(value, (list, dict)):  # nearly always
            return bool(value == wanted)
    if field == "$or":
        return any(matches(document, each) for each in wanted)
    if field == "$and":
        return all(matches(document, each) for each in wanted)
    if field == "$expr" or field.startswith("$"):
        raise UnknownError(f"the query operator {field}")
    values = list(values_at(document, field)) or [MISSING]
    if isinstance(wanted, dict) and any(name.startswith("$") for name in wanted):
        return all(_operator(name)(values, argument) for name, argument in wanted.items())
    return any(_equal(value, wanted) for value in values)


def _equal(value: Any, wanted: Any) -> bool:
    if wanted is None:
        return value is None or value is MISSING
    return bool(value is not MISSING and value == wanted)


def _compares(test: Callable[[Any, Any], bool]) -> Callable[[list[Any], Any], bool]:
    def operator(values: list[Any], wanted: Any) -> bool:
        kind = sort_key(wanted)[0]
        return any(
            sort_key(value)[0] == kind and test(sort_key(value), sort_key(wanted))
            for value in values
            if not isinstance(value, list) and value is not MISSING
        )

    return operator


_OPERATORS: dict[str, Callable[[list[Any], Any], bool]] = {
    "$eq": lambda values, wanted: any(_equal(value, wanted) for value in values),
    "$ne": lambda values, wanted: not any(_equal(value, wanted) for value in values),
    "$in": lambda values, wanted: any(_equal(v, each) for v in values for each in wanted),
    "$nin": lambda values, wanted: not any(_equal(v, each) for v in values for each in wanted),
    "$gt": _compares(lambda value, wanted: value > wanted),
    "$gte": _compares(lambda value, wanted: value >= wanted),
    "$lt": _compares(lambda value, wanted: value < wanted),
    "$lte": _compares(lambda value, wanted: value <= wanted),
    "$exists": lambda values, wanted: any(v is not MISSING for v in values) is bool(wanted),
}


def _operator(name: str) -> Callable[[list[Any], Any], bool]:
    try:
        return _OPERATORS[name]
    except KeyError:
        raise UnknownError(f"the query operator {name}") from None
