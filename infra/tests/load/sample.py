"""One measurement, as it is kept."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from infra.tests.load.closed_loop import Window
from infra.tests.load.figures import percentile


@dataclass(frozen=True, slots=True)
class Sample:
    """CPU in microseconds per request, by process; `settled` is with all work the requests left
    behind, done after their answers. RSS in MiB, of the process whose path it is."""

    path: str
    version: str
    connections: int
    requests: int
    per_second: float
    p50: float
    p99: float
    unexpected: dict[str, int]
    cpu: dict[str, float]
    settled: dict[str, float]
    rss_before: float
    rss_after: float

    @classmethod
    def of(
        cls,
        path: str,
        version: str,
        connections: int,
        window: Window,
        *,
        expected: frozenset[int],
        settled: dict[str, float],
        rss: tuple[float, float],
    ) -> Self:
        answered = window.answered(expected)
        spent = {name: window.after[name] - used for name, used in window.before.items()}
        return cls(
            path=path,
            version=version,
            connections=connections,
            requests=answered,
            per_second=len(window.latencies) / window.seconds if window.seconds else 0.0,
            p50=percentile(window.latencies, 50),
            p99=percentile(window.latencies, 99),
            unexpected={
                str(status): count
                for status, count in window.statuses.items()
                if status not in expected
            },
            cpu={name: used / 1000 / max(answered, 1) for name, used in spent.items()},
            settled=settled,
            rss_before=rss[0],
            rss_after=rss[1],
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
