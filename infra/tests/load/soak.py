"""Sagas for a long time: does memory grow?"""

from dataclasses import asdict, dataclass
from typing import Any

from infra.tests.load.rounds import Say
from infra.tests.load.saga_runs import a_second
from infra.tests.load.site import Site, services_of

STEP = 30.0  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Soak:
    """MiB of each service, at the start and after each step."""

    rate: float
    seconds: float
    sagas: int
    failed: int
    rss: dict[str, list[float]]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def soak(site: Site, rate: float, seconds: float, say: Say) -> Soak:
    """So many sagas a second, for so long."""
    names = services_of(site.pids)
    memory = {name: [used] for name, used in site.rss().items() if name in names}
    done = failed = 0
    for step in range(1, max(1, round(seconds / STEP)) + 1):
        run = await a_second(site, rate, STEP)
        done, failed = done + run.done, failed + run.failed
        used = site.rss()
        for name in names:
            memory[name].append(used[name])
        say(f"soaked for {step * STEP:.0f} s: {sum(memory[name][-1] for name in names):.0f} MiB")
    return Soak(rate, seconds, done, failed, memory)
