"""The aggregations that our services make; any other stage is an error."""

from collections.abc import Mapping, Sequence
from typing import Any

from infra.tests.simulation.mongo.collection import Collection, Stored, copied
from infra.tests.simulation.mongo.matching import MISSING, sort_key, values_at
from infra.tests.simulation.unknown import UnknownError


def aggregate(collection: Collection, stages: Sequence[Mapping[str, Any]]) -> list[Stored]:
    [match, *others] = stages
    found = collection.find(match["$match"])
    for stage in others:
        [(name, argument)] = stage.items()
        if name == "$sort":
            for field, direction in reversed(list(argument.items())):
                found.sort(key=lambda each: _at(each, field), reverse=direction < 0)
        elif name == "$limit":
            found = found[:argument]
        elif name == "$count":
            found = [{argument: len(found)}] if found else []
        elif name == "$group":
            found = _grouped(found, argument)
        else:
            raise UnknownError(f"the stage {name}")
    return [copied(each) for each in found]


def _grouped(found: Sequence[Stored], argument: Mapping[str, Any]) -> list[Stored]:
    groups: dict[Any, list[Stored]] = {}
    for document in found:
        groups.setdefault(_value(document, argument["_id"]), []).append(document)
    return [
        {
            "_id": key,
            **{name: _accumulated(members, how) for name, how in argument.items() if name != "_id"},
        }
        for key, members in groups.items()
    ]


def _accumulated(members: Sequence[Stored], how: Mapping[str, Any]) -> Any:
    [(operator, expression)] = how.items()
    if operator == "$first":
        return _value(members[0], expression)
    if operator == "$sum":
        return sum(_value(each, expression) for each in members)
    raise UnknownError(f"the accumulator {operator}")


def _value(document: Stored, expression: Any) -> Any:
    if expression == "$$ROOT":
        return document
    if isinstance(expression, str) and expression.startswith("$"):
        value = next(values_at(document, expression[1:]), MISSING)
        return None if value is MISSING else value
    return expression


def _at(document: Stored, field: str) -> Any:
    return sort_key(next(values_at(document, field), MISSING))
