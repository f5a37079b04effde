"""Samples as Markdown."""

from collections.abc import Callable, Iterable, Sequence

from infra.tests.load.figures import Spread, short
from infra.tests.load.path import HELLO, LEVELS, MAIN, Path
from infra.tests.load.sample import Sample
from infra.tests.load.site import services_of, stores_of

Get = Callable[[Sample], float]


class Figures:
    """The samples' medians and spreads over the rounds."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.samples = samples

    def of(self, path: str, version: str, connections: int, get: Get) -> Spread | None:
        values = [
            get(sample)
            for sample in self.samples
            if (sample.path, sample.version, sample.connections) == (path, version, connections)
            and sample.requests
        ]
        return Spread.of(values) if values else None

    def names(self, version: str) -> list[str]:
        return list(dict.fromkeys(s.path for s in self.samples if s.version == version))

    def yardstick(self, name: str = HELLO) -> float:
        """CPU of one request, in microseconds."""
        found = self.of(name, "yardstick", MAIN, lambda sample: sum(sample.cpu.values()))
        assert found
        return found.median


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---", *["--:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def paths_table(figures: Figures, version: str, paths: Sequence[Path]) -> str:
    """CPU per request against the targets."""
    rows = []
    for path in paths:
        cpu = figures.of(path.name, version, MAIN, lambda s, p=path: s.cpu[p.service])  # type: ignore[misc]
        if cpu is None:
            continue
        settled = _median(figures, path, version, lambda s, p=path: s.settled[p.service])  # type: ignore[misc]
        multiple = cpu.median / figures.yardstick(path.yardstick)
        unit = "" if path.yardstick == HELLO else f" x {path.yardstick}"
        target, met = "", ""
        if path.target:
            target, met = short(path.target), "yes" if multiple <= path.target else "no"
        services = _median(figures, path, version, lambda s: _sum(s, services_of))
        stores = _median(figures, path, version, lambda s: _sum(s, stores_of))
        rows.append(
            [
                path.name,
                path.service,
                str(cpu),
                f"{multiple:.2f}{unit}",
                target,
                met,
                settled,
                services,
                stores,
            ]
        )
    header = ["path", "service", "CPU µs/request (spread)", "x hello", "target", "met"]
    return table([*header, "settled µs", "all services µs", "stores µs"], rows)


def speed_table(figures: Figures, version: str, names: Sequence[str]) -> str:
    """Requests a second and latencies at each number of connections."""
    header = ["path"]
    for level in LEVELS:
        header += [f"req/s at {level}", "p50 ms", "p99 ms"]
    rows = []
    for name in names:
        row = [name]
        for level in LEVELS:
            gets: list[Get] = [lambda s: s.per_second, lambda s: s.p50, lambda s: s.p99]
            for get in gets:
                found = figures.of(name, version, level, get)
                row.append(short(found.median) if found else "")
        rows.append(row)
    return table(header, rows)


def yardsticks_table(figures: Figures) -> str:
    hello = figures.yardstick()
    rows = []
    for name in figures.names("yardstick"):
        cpu = figures.of(name, "yardstick", MAIN, lambda s: sum(s.cpu.values()))
        if cpu:
            rows.append([name, str(cpu), f"{cpu.median / hello:.2f}"])
    return table(["yardstick", "CPU µs/request (spread)", "x hello"], rows)


def ratios_table(figures: Figures, before: str, after: str, paths: Sequence[Path]) -> str:
    """How many times as much one version takes and gives as another; spreads are the rounds'."""
    rows = []
    for path in paths:

        def cpu(sample: Sample, service: str = path.service) -> float:
            return sample.cpu[service]

        old = figures.of(path.name, before, MAIN, cpu)
        new = figures.of(path.name, after, MAIN, cpu)
        was = figures.of(path.name, before, MAIN, lambda s: s.per_second)
        now = figures.of(path.name, after, MAIN, lambda s: s.per_second)
        if old and new and was and now:
            rows.append(ratios_row(path.name, (old, new), (was, now)))
    header = ["path", f"CPU µs, {before}", f"CPU µs, {after}", "CPU ratio", "req/s ratio"]
    return table(header, rows)


def ratios_row(name: str, cpu: tuple[Spread, Spread], speed: tuple[Spread, Spread]) -> list[str]:
    """Both versions' CPU; the second's CPU and its speed as multiples of the first's."""
    (old, new), (was, now) = cpu, speed
    ratio, faster = new.median / old.median, now.median / max(was.median, 1e-9)
    return [name, str(old), str(new), f"{ratio:.2f}", f"{faster:.2f}"]


def with_multiple(this: float, other: float | None) -> str:
    """The figure; where another version has one, too, with how many times that it is."""
    return short(this) if other is None else f"{short(this)} (x {this / max(other, 1e-9):.2f})"


def unexpected(samples: Sequence[Sample]) -> str:
    """Which answers were others than they should be; 0 stands for a lost connection."""
    lines = [
        f"- {s.path} at {s.connections} ({s.version}): {s.unexpected} of {s.requests}"
        for s in samples
        if s.unexpected
    ]
    return "\n".join(lines) + "\n" if lines else "None.\n"


def _median(figures: Figures, path: Path, version: str, get: Get) -> str:
    found = figures.of(path.name, version, MAIN, get)
    return short(found.median) if found else ""


def _sum(sample: Sample, of: Callable[[dict[str, float]], list[str]]) -> float:
    """Settled CPU of some of the processes, which is all that a request caused."""
    return sum(sample.settled[name] for name in of(sample.settled))
