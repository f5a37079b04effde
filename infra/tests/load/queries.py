"""What a collection is asked, and whether an index answers it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

READS = {"find", "find_one", "count_documents", "find_one_and_update", "distinct"}
WRITES = {"update_one", "update_many", "delete_one", "delete_many", "replace_one"}
NO_QUERY = {"insert_one", "insert_many", "create_indexes", "create_index", "drop", "name"}


class UnknownMethodError(Exception):
    """A collection's method of which nobody has said what it looks for."""


@dataclass(frozen=True, slots=True)
class Query:
    """A command that MongoDB can explain."""

    command: dict[str, Any]

    @property
    def shape(self) -> str:
        """The command without its values: what is the same has the same plan."""
        return repr(_shape(self.command))

    @property
    def reads_all(self) -> bool:
        """No condition and so no index: for whoever wants every document."""
        return "find" in self.command and not self.command["filter"]


def queries(collection: str, method: str, args: Any, kwargs: Mapping[str, Any]) -> list[Query]:
    """The queries of one call. Raises `UnknownMethodError` for a method not listed above."""
    if method in NO_QUERY:
        return []
    if method == "aggregate":
        pipeline = list(args[0] if args else kwargs["pipeline"])
        return [Query({"aggregate": collection, "pipeline": pipeline, "cursor": {}})]
    if method == "bulk_write":
        filters = [getattr(each, "_filter", None) for each in (args[0] if args else [])]
        return [_find(collection, each) for each in filters if each is not None]
    if method == "distinct":
        return [_find(collection, kwargs.get("filter", args[1] if len(args) > 1 else {}))]
    if method not in READS | WRITES:
        raise UnknownMethodError(method)
    found = args[0] if args else kwargs.get("filter", {})
    return [_find(collection, found, kwargs.get("sort"), kwargs.get("limit", 0))]


def scans(explained: Any) -> bool:
    """Whether the plan that won reads the whole collection, or the whole of an index."""
    return any(stage["stage"] == "COLLSCAN" or _unbounded(stage) for stage in _stages(explained))


def is_decided(explained: Any) -> bool:
    """A collection that does not exist has a plan too: the end of it."""
    names = [stage["stage"] for stage in _stages(explained)]
    return bool(names) and "EOF" not in names


def _find(collection: str, filter: Any, sort: Any = None, limit: int = 0) -> Query:
    command: dict[str, Any] = {"find": collection, "filter": dict(filter or {})}
    if sort:
        command["sort"] = dict(sort)
    if limit:
        command["limit"] = limit
    return Query(command)


def _unbounded(stage: Mapping[str, Any]) -> bool:
    """An index walked from end to end, as the one on `_id` is for its order alone."""
    bounds: list[str] = next(iter(stage.get("indexBounds", {}).values()), [])
    return bounds in (["[MinKey, MaxKey]"], ["[MaxKey, MinKey]"])


def _stages(plan: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(plan, Mapping):
        if isinstance(plan.get("stage"), str):
            yield plan
        for name, part in plan.items():
            if name != "rejectedPlans":
                yield from _stages(part)
    elif isinstance(plan, list):
        for part in plan:
            yield from _stages(part)


def _shape(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _shape(part) for name, part in value.items() if name != "limit"}
    if isinstance(value, list | tuple | set):
        return sorted({repr(_shape(part)) for part in value})
    return value if isinstance(value, str) and value.startswith("$") else type(value).__name__
