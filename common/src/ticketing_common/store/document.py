"""What a stored document is: a frozen model with an id and a version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bson import ObjectId
from bson.errors import InvalidId
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from ticketing_common.store.stored import flatten, plain


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
    expires: bool = False  # of a moment, after which the document is deleted within a minute or so


class Document(Model):
    """A document of the collection named by the class.

    `version` counts the saves, from 0, and decides who of two concurrent savers wins. A replica
    of another service's document names in `source_version` the field that holds the version of
    the source: its own `version` where the replica adds no state of its own. `unread` are stored
    fields that only queries look at. What `publishes` may be saved with events about it: it has an
    outbox, and a relay that empties it.
    """

    collection: ClassVar[str]
    indexes: ClassVar[tuple[Index, ...]] = ()
    source_version: ClassVar[str] = "version"
    unread: ClassVar[tuple[str, ...]] = ()
    publishes: ClassVar[bool] = False

    id: str
    version: int = 0

    def next(self, **changes: Any) -> Self:
        """The document with these fields changed, one version on."""
        return self.model_copy(update={**changes, "version": self.version + 1})

    def derived(self) -> dict[str, Any]:
        """The values of the `unread` fields: what follows from the others, in a form that an
        index can answer for. (A replica stores them once and for all.)"""
        return {}

    def to_mongo(self) -> dict[str, Any]:
        """The fields to store, without the id; the outbox is not among them."""
        fields: dict[str, Any] = plain(self)
        del fields["id"]
        return fields | self.derived() if self.unread else fields

    def to_change(self, before: Self | None = None) -> dict[str, dict[str, Any]]:
        """The update that makes what is stored this document: field by field, those of nested
        models too, so that what a newer version keeps beside them stays. `before` is what is
        stored, where that is known: then only what differs is written."""
        fields: dict[str, Any] = {}
        gone: dict[str, Any] = {}
        flatten(self, "", fields, gone, before)
        fields.pop("id", None)
        if self.unread:
            derived = self.derived()
            if before is None or before.derived() != derived:
                fields |= derived
        return {"$set": fields, "$unset": gone} if gone else {"$set": fields}

    @classmethod
    def from_mongo(cls, stored: Mapping[str, Any]) -> Self:
        """Past `model_validate`, whose own checks of its options make a list a tenth dearer."""
        fields = {**stored, "id": str(stored["_id"])}
        document: Self = cls.__pydantic_validator__.validate_python(fields)
        return document


def object_id(id: str) -> ObjectId | None:
    """The id as MongoDB keeps it; None for what no document can be called."""
    try:
        return ObjectId(id)
    except InvalidId:
        return None
