"""A replica as a register: a write that happens only if it brings something newer."""

from typing import Any

from ticketing_common.store.document import Document, object_id


class Register:
    """One guarded upsert: the source's fields, if the stored source version is lower."""

    def __init__(self, document: type[Document], id: str, version: int, fields: Any) -> None:
        """Raise pydantic's `ValidationError` where the fields make no document of this class."""
        source = document.source_version
        fresh = document(id=id, **fields, **{source: version}).to_mongo()
        given = {document.model_fields[name].alias or name for name in (*fields, source)}
        guard = document.model_fields[source].alias or source
        rest = {name: fresh[name] for name in fresh if name not in given}
        self.change: dict[str, Any] = {"$set": {name: fresh[name] for name in given}}
        if guard != "version":  # the replica counts its own saves too
            del rest["version"]
            self.change["$inc"] = {"version": 1}
        if rest:
            self.change["$setOnInsert"] = rest
        self.guard = {"_id": object_id(id), guard: {"$lt": version}}
