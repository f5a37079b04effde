"""Saving models within models: what a newer version keeps beside our fields stays."""

from typing import Any, ClassVar

import pytest
from bson import ObjectId

from ticketing_common.store import Database, Document, Store
from ticketing_common.store.document import Model
from ticketing_common.types import new_id


class Street(Model):
    name: str
    number: int | None = None


class Label(Model):
    to: Street
    return_to: Street | None = None
    lines: tuple[Street, ...] = ()


class Parcel(Document):
    collection: ClassVar[str] = "parcels"
    source_version: ClassVar[str] = "source"

    source: int = 0
    label: Label
    stamp: Label | None = None


HERE, THERE = Street(name="Here"), Street(name="There", number=2)
LABEL = Label(to=HERE, return_to=HERE, lines=(HERE, THERE))


@pytest.fixture
async def parcels(database: Database) -> Store[Parcel]:
    store = Store(database, Parcel)
    await database.prepare([store])
    return store


@pytest.fixture
async def parcel(parcels: Store[Parcel]) -> Parcel:
    return await parcels.save(Parcel(id=new_id(), label=LABEL))


async def _stored(parcels: Store[Parcel], id: str) -> Any:
    return await parcels.database["parcels"].find_one({"_id": ObjectId(id)})


async def _set(parcels: Store[Parcel], parcel: Parcel, **fields: Any) -> None:
    dotted = {name.replace("__", "."): value for name, value in fields.items()}
    await parcels.database["parcels"].update_one({"_id": ObjectId(parcel.id)}, {"$set": dotted})


async def test_a_newer_versions_fields_stay(parcels: Store[Parcel], parcel: Parcel) -> None:
    """At every depth, while ours change."""
    await _set(parcels, parcel, new=1, label__new=2, label__to__new=3)

    changed = parcel.next(label=LABEL.model_copy(update={"to": THERE}))
    await parcels.save(changed)

    stored = await _stored(parcels, parcel.id)
    assert (stored["new"], stored["label"]["new"], stored["label"]["to"]["new"]) == (1, 2, 3)
    assert await parcels.get(parcel.id) == changed


async def test_a_list_is_as_it_was_saved(parcels: Store[Parcel], parcel: Parcel) -> None:
    """Shorter, longer or empty: none of it is left over."""
    for lines in ((THERE,), (), (HERE, HERE, THERE)):
        parcel = parcel.next(label=parcel.label.model_copy(update={"lines": lines}))
        await parcels.save(parcel)

        assert await parcels.get(parcel.id) == parcel


async def test_there_and_not_there(parcels: Store[Parcel], parcel: Parcel) -> None:
    """A model within that comes, goes and comes again."""
    for stamp in (LABEL, LABEL.model_copy(update={"return_to": None}), None, LABEL, None):
        parcel = parcel.next(stamp=stamp)
        await parcels.save(parcel)

        assert await parcels.get(parcel.id) == parcel


async def test_only_what_differs_is_written(parcels: Store[Parcel], parcel: Parcel) -> None:
    """Where the version before is known: it was saved here, or read to be changed."""
    for store in (parcels, Store(parcels.database, Parcel)):
        await _set(parcels, parcel, label__to__name="untouched")

        parcel = await store.change(
            parcel.id, lambda each: each.next(source=each.source + 1, stamp=LABEL)
        )

        assert (await _stored(parcels, parcel.id))["label"]["to"]["name"] == "untouched"
        assert (await parcels.get(parcel.id)).source == parcel.source
    assert (parcel.source, parcel.stamp) == (2, LABEL)


@pytest.mark.parametrize("other", [None, "text", [1], 5])
async def test_something_else_in_its_place(real_database: Database, other: object) -> None:
    """Where null is stored, or what is no object at all, the whole model is, and beside it a newer
    version's fields stay."""
    parcels = Store(real_database, Parcel)
    await real_database.prepare([parcels])
    parcel = await parcels.save(Parcel(id=new_id(), label=LABEL))
    await _set(parcels, parcel, stamp=other, label__new=2, label__returnTo=other)

    changed = parcel.next(stamp=LABEL)
    await Store(real_database, Parcel).save(changed)  # of a process that did not write it

    assert await parcels.get(parcel.id) == changed
    assert (await _stored(parcels, parcel.id))["label"]["new"] == 2


async def test_a_replica(parcels: Store[Parcel]) -> None:
    """The source's model changes field by field, too; what the source says no more is gone."""
    id = new_id()
    await parcels.replicate(id, 1, label=LABEL, stamp=LABEL)
    await _set(parcels, await parcels.get(id), label__new=2)

    await parcels.replicate(id, 2, label=Label(to=THERE), stamp=None)

    assert (await _stored(parcels, id))["label"]["new"] == 2
    parcel = await parcels.get(id)
    assert (parcel.label, parcel.stamp) == (Label(to=THERE), None)
