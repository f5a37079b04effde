"""Runs of sagas as Markdown."""

from collections.abc import Callable, Sequence
from statistics import median

from infra.tests.load.figures import Spread, short
from infra.tests.load.saga_runs import SagaRun
from infra.tests.load.tables import ratios_row, table, with_multiple

Get = Callable[[SagaRun], float]

ASKING: dict[str, Get] = {
    "done/s": lambda run: run.per_second,
    "requests": lambda run: run.requests,
    "p50 ms": lambda run: run.p50,
    "p99 ms": lambda run: run.p99,
    "p99.9 ms": lambda run: run.p999,
    "services µs": lambda run: run.cpu,
    "stores µs": lambda run: run.stores,
}
TARGETS = {"16 at once": 200.0, "64 at once": 100.0}  # bare hellos of CPU


def sagas_table(runs: Sequence[SagaRun], hello: float) -> str:
    """What sagas took, by how many there were; `hello` in microseconds."""
    header = ["sagas", "done/s", "p50 ms", "p99 ms", "CPU µs/saga (spread)", "x hello", "target"]
    rows = [_row(name, rounds, hello) for name, rounds in _rounds(runs).items()]
    return table([*header, "met", "stores µs", "failed"], rows)


def asking_table(runs: Sequence[SagaRun], before: Sequence[SagaRun] = ()) -> str:
    """Sales by asking; where another version was measured, with multiples of its figures."""
    other = _rounds(before)
    rows = []
    for name, rounds in _rounds(runs).items():
        row = [name]
        for get in ASKING.values():
            this = median(map(get, rounds))
            was = median(map(get, other[name])) if name in other else None
            row.append(with_multiple(this, was))
        rows.append([*row, str(sum(run.failed for run in rounds))])
    return table(["purchases", *ASKING, "failed"], rows)


def services_table(runs: Sequence[SagaRun]) -> str:
    """Who took it in the run with the most sagas a second."""
    busiest = max(runs, key=lambda run: run.per_second)
    rows = [[name, short(used)] for name, used in busiest.services.items()]
    return table([f"CPU µs/saga at {_name(busiest)}", "µs"], rows)


def saga_ratios_table(before: Sequence[SagaRun], after: Sequence[SagaRun]) -> str:
    """How many times as much one version takes and gives as another, where both were measured."""
    old, new = _rounds(before), _rounds(after)
    rows = []
    for name in [name for name in old if name in new]:
        cpu, speed = (_cpu(old[name]), _cpu(new[name])), (_speed(old[name]), _speed(new[name]))
        rows.append(ratios_row(name, cpu, speed))
    return table(["sagas", "CPU µs before", "CPU µs", "CPU ratio", "done/s ratio"], rows)


def lags_table(run: SagaRun) -> str:
    rows = [[name, short(p50), short(p99)] for name, (p50, p99) in run.lags.items()]
    return table(["lag", "p50 ms", "p99 ms"], rows)


def _row(name: str, rounds: Sequence[SagaRun], hello: float) -> list[str]:
    cpu = _cpu(rounds)
    multiple = cpu.median / hello
    target = TARGETS.get(name)
    return [
        name,
        short(_speed(rounds).median),
        short(median(run.p50 for run in rounds)),
        short(median(run.p99 for run in rounds)),
        str(cpu),
        short(multiple),
        short(target) if target else "",
        ("yes" if multiple <= target else "no") if target else "",
        short(median(run.stores for run in rounds)),
        str(sum(run.failed for run in rounds)),
    ]


def _rounds(runs: Sequence[SagaRun]) -> dict[str, list[SagaRun]]:
    found: dict[str, list[SagaRun]] = {}
    for run in runs:
        found.setdefault(_name(run), []).append(run)
    return found


def _cpu(rounds: Sequence[SagaRun]) -> Spread:
    return Spread.of([run.cpu for run in rounds])


def _speed(rounds: Sequence[SagaRun]) -> Spread:
    return Spread.of([run.per_second for run in rounds])


def _name(run: SagaRun) -> str:
    return f"{run.asked:.0f} {run.kind}"
