"""A model's fields, named and valued as MongoDB keeps them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

PLAIN = frozenset({str, int, float, bool, type(None), datetime})  # MongoDB stores them as they are

Stored = dict[str, Any]

_NOTHING = object()  # which no field holds


def stored_fields(model: type[BaseModel], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Some of the model's fields, named and valued as MongoDB keeps them."""
    stored = stored_names(model)
    return {stored[name]: plain(fields[name]) for name in fields}


@cache
def stored_names(model: type[BaseModel]) -> Mapping[str, str]:
    """What MongoDB calls each of the model's fields."""
    return {name: field.alias or name for name, field in model.model_fields.items()}


def flatten(
    model: BaseModel, prefix: str, fields: Stored, gone: Stored, before: BaseModel | None = None
) -> None:
    """Add the fields by their dotted names, and to `gone` those whose None is kept by absence.

    Where it is known what is stored, `before`, only those that differ.
    """
    values, stored = vars(model), vars(before) if before else {}
    for name, path, absent in _paths(type(model), prefix):
        value, was = values[name], stored.get(name, _NOTHING)
        if value is was:
            continue
        if isinstance(value, BaseModel):
            flatten(value, f"{path}.", fields, gone, was if type(was) is type(value) else None)
        elif absent and value is None:
            gone[path] = ""
        elif value != was:
            fields[path] = value if type(value) in PLAIN else plain(value)


@cache
def _paths(model: type[BaseModel], prefix: str) -> Sequence[tuple[str, str, bool]]:
    """Each field's name, what MongoDB calls it there, and whether None of it is kept by absence."""
    names = stored_names(model).items()
    return [(name, prefix + stored, name in _kept_by_absence(model)) for name, stored in names]


@cache
def _kept_by_absence(model: type[BaseModel]) -> frozenset[str]:
    """Fields that may hold a nested model: MongoDB sets its fields where there is nothing, and not
    where there is null."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if field.default is None and any(map(_is_model, get_args(field.annotation)))
    )


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def plain(value: Any) -> Any:
    if type(value) in PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, BaseModel):
        fields: Stored = {}
        for name, stored, absent in _paths(type(value), ""):
            of = getattr(value, name)
            if type(of) not in PLAIN:
                fields[stored] = plain(of)
            elif of is not None or not absent:
                fields[stored] = of
        return fields
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def with_objects(fields: Mapping[str, Any], stored: Mapping[str, Any]) -> Stored:
    """The fields to set, with whole objects in the place of what is none: null, text, a list."""
    whole: Stored = {}
    for path, value in fields.items():
        parts = path.split(".")
        depth = _depth(parts, stored)
        into = whole
        if depth:
            into = whole.setdefault(".".join(parts[:depth]), {})
            for part in parts[depth:-1]:
                into = into.setdefault(part, {})
        into[parts[-1] if depth else path] = value
    return whole


def _depth(parts: list[str], stored: Any) -> int:
    """How far it is to what is no object; 0 where there is none."""
    for depth, part in enumerate(parts[:-1], 1):
        stored = stored.get(part, {})
        if not isinstance(stored, Mapping):
            return depth
    return 0
