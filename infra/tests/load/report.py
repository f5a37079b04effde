"""The results as Markdown."""

from collections.abc import Sequence

from infra.tests.load import tables
from infra.tests.load.figures import short
from infra.tests.load.open_tables import open_table
from infra.tests.load.path import Path
from infra.tests.load.results import Results
from infra.tests.load.saga_tables import (
    asking_table,
    lags_table,
    saga_ratios_table,
    sagas_table,
    services_table,
)
from infra.tests.load.scale import READ
from infra.tests.load.site import services_of
from infra.tests.load.tables import Figures, table

THIS = "this"


def report(results: Results, paths: Sequence[Path], compared: str | None) -> str:
    about = results.machine
    load = ", ".join(short(each) for each in about["load"])
    parts = [
        f"# Benchmark of {about['version']}",
        f"{about['at']}, {about['processors']} processors, Python {about['python']},"
        f" load average {load} before it began.",
    ]
    figures = Figures(results.samples)
    if figures.names(THIS):
        parts += _paths(results, figures, paths, compared)
    if results.sagas:
        parts += _sagas(results, figures.yardstick(), compared)
    if results.asking:
        parts += _asking(results, compared)
    if results.open:
        parts += ["## Open arrivals", open_table(results.open, THIS, compared)]
    if results.sales:
        parts += ["## Flash sale", _sales(results)]
    if results.scale:
        parts += ["## Scale: CPU µs per request as the market grows", _scale(results)]
    if results.start:
        rows = [[name, str(passed), str(used)] for name, (passed, used) in results.start.items()]
        header = ["service", "seconds", "of CPU"]
        parts += ["## Start to ready", table(header, rows)]
    if results.rss:
        parts += ["## Memory, in MiB, and what idling costs", _memory(results)]
    if results.soak:
        soak = results.soak
        rows = [[name, *map(short, (u[0], max(u), u[-1]))] for name, u in soak.rss.items()]
        parts += [f"## Soak: {soak.sagas} sagas, {soak.failed} failed, {soak.seconds:.0f} s"]
        parts += [table(["service", "MiB before", "most", "after"], rows)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _paths(
    results: Results, figures: Figures, paths: Sequence[Path], compared: str | None
) -> list[str]:
    parts = ["## Yardsticks", tables.yardsticks_table(figures)]
    if compared:
        parts += [f"## {compared} and this", tables.ratios_table(figures, compared, THIS, paths)]
    names = figures.names(THIS)
    return [
        *parts,
        "## Paths, 32 connections",
        tables.paths_table(figures, THIS, paths),
        "## Requests a second and latencies",
        tables.speed_table(figures, THIS, names),
        tables.speed_table(figures, "yardstick", figures.names("yardstick")),
        "## Unexpected answers",
        tables.unexpected(results.samples),
    ]


def _sagas(results: Results, hello: float, compared: str | None) -> list[str]:
    parts = []
    for version, runs in results.sagas.items():
        parts += [f"## Sagas ({version}), a hello {short(hello)} µs"]
        parts += [sagas_table(runs, hello), services_table(runs)]
    if compared:
        parts += [f"## Sagas: {compared} and this"]
        before, after = results.sagas.get(compared, []), results.sagas.get(THIS, [])
        parts += [saga_ratios_table(before, after)]
    if lag := results.lag:
        parts += [f"## Event lag at half of saturation ({lag.asked:.0f} sagas a second)"]
        parts += [lags_table(lag)]
    return parts


def _asking(results: Results, compared: str | None) -> list[str]:
    this, before = results.asking[THIS], results.asking.get(compared or "", [])
    parts = ["## Purchases by asking", asking_table(this, before)]
    busiest = max(this, key=lambda run: run.per_second)
    for run in (this[0], busiest):
        parts += [f"{run.asked:.0f} {run.kind}:", lags_table(run)]
    return parts


def _sales(results: Results) -> str:
    header = ["buyers on tickets", "orders (stored)", "answers", "seconds"]
    header += ["accepted p99 ms", "refused p50 ms", "p99 ms", "elsewhere: wrong, p50, p99 ms"]
    rows = []
    for sale in results.sales:
        elsewhere = "; ".join(
            f"{name}: {wrong}, {short(p50)}, {short(p99)}"
            for name, (wrong, p50, p99) in sale.elsewhere.items()
        )
        times = (sale.seconds, sale.accepted_p99, sale.refused_p50, sale.refused_p99)
        rows.append(
            [
                f"{sale.buyers:,} on {sale.tickets}",
                f"{sale.orders} ({sale.stored})",
                str(sale.answers),
                *map(short, times),
                elsewhere,
            ]
        )
    return table(header, rows)


def _scale(results: Results) -> str:
    sizes = list(results.scale)
    rows = [
        [name, *(short(_cpu(results, size, name)) for size in sizes)]
        for name in [sample.path for sample in results.scale[sizes[0]]]
    ]
    rows += [
        [f"{name}, p50 and p99 ms", *(_latencies(results, size, name) for size in sizes)]
        for name in READ
    ]
    return table(["path (all services, settled)", *(f"{size:,}" for size in sizes)], rows)


def _latencies(results: Results, size: int, name: str) -> str:
    found = next(each for each in results.scale[size] if each.path == name)
    return f"{short(found.p50)} and {short(found.p99)}"


def _cpu(results: Results, size: int, name: str) -> float:
    sample = next(each for each in results.scale[size] if each.path == name)
    return sum(sample.settled[process] for process in services_of(sample.settled))


def _memory(results: Results) -> str:
    moments = list(results.rss)
    names = services_of(dict(results.rss[moments[0]]))
    rows = [
        [name, short(results.idle[name]), *(short(results.rss[moment][name]) for moment in moments)]
        for name in names
    ]
    return table(["service", "idle, CPU ms/s", *moments], rows)
