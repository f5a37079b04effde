"""Open arrivals as Markdown."""

from collections.abc import Callable, Sequence
from statistics import median

from infra.tests.load.figures import short
from infra.tests.load.open_paths import OpenRun
from infra.tests.load.tables import table

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
            if compared:
                other = median(get(run) for run in both if run.version == compared)
                row.append(f"{short(this)} (x {this / max(other, 1e-9):.2f})")
            else:
                row.append(short(this))
        row.append(str(sum(run.unexpected for run in both)))
        rows.append(row)
    return table(["path, of saturation", "a second", *COLUMNS, "unexpected"], rows)
