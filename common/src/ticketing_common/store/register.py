"""A replica as a register: a write that happens only if it brings something newer."""

from typing import Any, Generic, TypeVar

from ticketing_common.store.document import Document, object_id
from ticketing_common.store.stored import flatten, stored_names

D = TypeVar("D", bound=Document)


class Register(Generic[D]):
    """One guarded upsert: the source's fields, if the stored source version is lower.

    `document` is what is stored where there was none before.
    """

    def __init__(self, document: type[D], id: str, version: int, fields: Any) -> None:
        """Raise pydantic's `ValidationError` where the fields make no document of this class."""
        source = document.source_version
        self.document = document(id=id, **fields, **{source: version})
        names = stored_names(document)
        guard = names[source]
        rest = self.document.to_mongo()
        given: dict[str, Any] = {}
        gone: dict[str, Any] = {}
        for field in (*fields, source):
            value = rest.pop(names[field], None)
            if type(value) is dict:
                flatten(getattr(self.document, field), f"{names[field]}.", given, gone)
            else:
                given[names[field]] = value
        self.change: dict[str, Any] = {"$set": given}
        if gone:
            self.change["$unset"] = gone
        if guard != "version":  # the replica counts its own saves too, and this is one
            self.document = self.document.next()
            del rest["version"]
            self.change["$inc"] = {"version": 1}
        if rest:
            self.change["$setOnInsert"] = rest
        self.guard = {"_id": object_id(id), guard: {"$lt": version}}
