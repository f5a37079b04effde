"""Two neighbouring versions on one database: the older loses nothing that the newer wrote."""

import pkgutil
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from typing import Annotated, Any, get_args

import pytest
from bson import ObjectId
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from ticketing_common.store import Database, Document, Store
from ticketing_common.types import new_id, now

SERVICES = ("auth", "tickets", "orders", "payments", "common")
NEWER = "ofANewerVersion"


def _documents(base: type[Document] = Document) -> Iterator[type[Document]]:
    for document in base.__subclasses__():
        if document.__module__.startswith("ticketing_"):
            yield document
        yield from _documents(document)


def _name(document: type[Document]) -> str:
    return f"{document.__module__.removeprefix('ticketing_')}.{document.__name__}"


def _stored() -> list[type[Document]]:
    """Every class of documents of ours, wherever it is declared."""
    for service in SERVICES:
        package = import_module(f"ticketing_{service}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and ".testing" not in module.name:
                import_module(module.name)
    return sorted(set(_documents()), key=lambda each: (each.__module__, each.__name__))


def _classes(field: FieldInfo) -> list[Any]:
    kinds = (field.annotation, *get_args(field.annotation))
    return [kind for kind in kinds if isinstance(kind, type)]


def _nested(field: FieldInfo) -> type[BaseModel] | None:
    return next((kind for kind in _classes(field) if issubclass(kind, BaseModel)), None)


def _sample(model: type[BaseModel]) -> dict[str, Any]:
    """A value for each field, those that may be left out too."""
    return {
        name: _sample(nested) if (nested := _nested(field)) else _value(field)
        for name, field in model.model_fields.items()
    }


def _value(field: FieldInfo) -> Any:
    annotated: Any = Annotated[field.annotation, None, *field.metadata]
    members = [next(iter(kind)) for kind in _classes(field) if issubclass(kind, Enum)]
    for value in (*members, new_id(), 1, 1.5, now(), True, "text", (), {}):
        try:
            return TypeAdapter(annotated).validate_python(value)
        except ValidationError:
            continue
    raise AssertionError(f"add a value of {field.annotation}")


def _objects(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Where a newer version may have a field more, by dotted names."""
    yield f"{prefix}{NEWER}"
    for name, field in model.model_fields.items():
        if nested := _nested(field):
            yield from _objects(nested, f"{prefix}{field.alias or name}.")


@pytest.mark.parametrize("document", _stored(), ids=_name)
async def test_an_older_ones_save(real_database: Database, document: type[Document]) -> None:
    """A field that only a newer version knows stays, at every depth of every document."""
    store: Store[Any] = Store(real_database, document)
    real_database.prepared = True
    saved = await store.save(document(**{**_sample(document), "id": new_id(), "version": 0}))
    key = {"_id": ObjectId(saved.id)}
    paths = list(_objects(document))
    collection = real_database[document.collection]
    await collection.update_one(key, {"$set": dict.fromkeys(paths, "kept")})

    await store.save(saved.next())

    stored = await collection.find_one(key)
    for path in paths:
        found: Any = stored
        for name in path.split("."):
            found = found[name]
        assert found == "kept"
    assert await store.get(saved.id) == saved.next()


def test_every_service_is_looked_through() -> None:
    """The walk finds the documents, and models within them."""
    found = {_name(each): list(_objects(each)) for each in _stored()}

    assert f"payment.watch.{NEWER}" in found["payments.models.order.Order"]
    assert f"ticket.{NEWER}" in found["orders.models.order.Order"]
    assert {"auth.models.user.User", "tickets.models.ticket.Ticket"} < set(found)
