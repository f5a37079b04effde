"""Open arrivals as Markdown."""

from collections.abc import Callable, Sequence
from statistics import median

from infra.tests.load.figures import short
from infra.tests.load.open_paths import OpenRun
from infra.tests.load.tables import table, with_multiple

Get = Callable[[OpenRun], float]

COLUMNS: dict[str, Get] = {
    "p50 ms": lambda run: run.p50,
    "p99 ms": lambda run: run.p99,
    "p99.9 ms": lambda run: run.p999,
    "services µs": lambda run: run.cpu,
    "stores µs": lambda run: run.stores,
}


def open_table(runs: Sequence[OpenRun], version: str, compared: str | None = None) -> str:
    """The rounds' medians; where two versions were measured, with multiples of the other's."""
    found: dict[tuple[str, float], list[OpenRun]] = {}
    for run in runs:
        found.setdefault((run.path, run.share), []).append(run)
    rows = []
    for (path, share), both in found.items():
        row = [f"{path}, {share:.0%}", short(both[0].rate)]
        for get in COLUMNS.values():
            this = median(get(run) for run in both if run.version == version)
            other = [get(run) for run in both if run.version == compared]
            row.append(with_multiple(this, median(other) if other else None))
        row.append(str(sum(run.unexpected for run in both)))
        rows.append(row)
    return table(["path, of saturation", "a second", *COLUMNS, "unexpected"], rows)
