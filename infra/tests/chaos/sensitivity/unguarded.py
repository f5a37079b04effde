"""Taking conditions out of a service's writes, where they leave our code."""

from collections.abc import Callable, Mapping
from typing import Any

import pymongo
from pymongo.asynchronous.collection import AsyncCollection

Query = Mapping[str, Any]


def unguard(drops: Callable[[str, Any], bool]) -> None:
    """Leave out of each update's filter what `drops` says of a field and its condition."""

    def loose(query: Query) -> Query:
        return {name: value for name, value in query.items() if not drops(name, value)}

    update_one = AsyncCollection.update_one
    make_update = pymongo.UpdateOne.__init__

    def update(self: Any, filter: Query, *arguments: Any, **options: Any) -> Any:
        return update_one(self, loose(filter), *arguments, **options)

    def make(self: Any, filter: Query, *arguments: Any, **options: Any) -> None:
        make_update(self, loose(filter), *arguments, **options)

    AsyncCollection.update_one = update  # type: ignore[method-assign]
    pymongo.UpdateOne.__init__ = make  # type: ignore[method-assign]


def is_register_guard(name: str, condition: Any) -> bool:
    """`version < incoming`, which only replicas ask."""
    return (
        name.lower().endswith("version") and isinstance(condition, Mapping) and ("$lt" in condition)
    )


def is_compare_and_set(name: str, condition: Any) -> bool:
    """`version == the one that was read`, or a status the one that is to be left."""
    if name == "status":
        return isinstance(condition, str)
    return name == "version" and (isinstance(condition, int) or "$in" in condition)
