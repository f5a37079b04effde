"""What a stored document is: a frozen model with an id and a version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, ClassVar, Self

from bson import ObjectId
from bson.errors import InvalidId
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

PLAIN = frozenset({str, int, float, bool, type(None), datetime})  # MongoDB stores them as they are


class Model(BaseModel):
    """snake_case in Python, camelCase in JSON and in MongoDB; never changed, only replaced.

    A field with `exclude=True` is stored and never shown.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


@dataclass(frozen=True, slots=True)
class Index:
    """An index a collection needs, by its stored field names (1 ascending, -1 descending)."""

    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    where: Mapping[str, Any] | None = None  # of a partial index


class Document(Model):
    """A document of the collection named by the class.

    `version` counts the saves, from 0, and decides who of two concurrent savers wins. A replica
    of another service's document names in `source_version` the field that holds the version of
    the source: its own `version` where the replica adds no state of its own.
    """

    collection: ClassVar[str]
    indexes: ClassVar[tuple[Index, ...]] = ()
    source_version: ClassVar[str] = "version"

    id: str
    version: int = 0

    def next(self, **changes: Any) -> Self:
        """The document with these fields changed, one version on."""
        return self.model_copy(update={**changes, "version": self.version + 1})

    def to_mongo(self) -> dict[str, Any]:
        """The fields to store, without the id; the outbox is not among them."""
        fields: dict[str, Any] = _plain(self)
        del fields["id"]
        return fields

    @classmethod
    def from_mongo(cls, stored: Mapping[str, Any]) -> Self:
        return cls.model_validate({**stored, "id": str(stored["_id"])})


def object_id(id: str) -> ObjectId | None:
    """The id as MongoDB keeps it; None for what no document can be called."""
    try:
        return ObjectId(id)
    except InvalidId:
        return None


def stored_fields(model: type[BaseModel], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Some of the model's fields, named and valued as MongoDB keeps them."""
    stored = stored_names(model)
    return {stored[name]: _plain(fields[name]) for name in fields}


@cache
def stored_names(model: type[BaseModel]) -> Mapping[str, str]:
    """What MongoDB calls each of the model's fields."""
    return {name: field.alias or name for name, field in model.model_fields.items()}


def _plain(value: Any) -> Any:
    if type(value) in PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, BaseModel):
        names = stored_names(type(value)).items()
        return {stored: _plain(getattr(value, name)) for name, stored in names}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
