"""Many sagas: so many at once, or so many a second whatever becomes of them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

from infra.tests.load.asking import Asking
from infra.tests.load.figures import percentile
from infra.tests.load.milestones import milestones
from infra.tests.load.open_loop import due_times, until
from infra.tests.load.saga import Sagas, Times, Watched
from infra.tests.load.site import Site, services_of, stores_of

Run = Callable[[Sagas], Awaitable[list[Times | None]]]


@dataclass(frozen=True, slots=True)
class SagaRun:
    """`cpu` and `stores` in microseconds per saga, over all processes, with what came after the
    last; `services` the same for each of ours; times in milliseconds; `lags` as (p50, p99);
    `requests` per saga."""

    kind: str
    asked: float  # at once, or a second
    done: int
    failed: int
    per_second: float
    p50: float
    p99: float
    p999: float
    cpu: float
    stores: float
    services: dict[str, float]
    lags: dict[str, tuple[float, float]]
    requests: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def at_once(site: Site, count: int, seconds: float, *, asking: bool = False) -> SagaRun:
    """Closed loop: so many sagas under way at any time."""

    async def run(sagas: Sagas) -> list[Times | None]:
        end = time.perf_counter() + seconds

        async def one_after_another() -> list[Times | None]:
            times = []
            while time.perf_counter() < end:
                times.append(await sagas.run())
            return times

        runs = await asyncio.gather(*(one_after_another() for _ in range(count)))
        return [times for run in runs for times in run]

    return await _measured(site, "at once", count, run, asking)


async def a_second(site: Site, rate: float, seconds: float, *, asking: bool = False) -> SagaRun:
    """Open loop: sagas start when they are due, not when others are done, and count from then."""

    async def run(sagas: Sagas) -> list[Times | None]:
        began = time.perf_counter()
        runs = []
        for due in due_times(rate, seconds):
            await until(began + due)
            runs.append(asyncio.create_task(sagas.run(began + due)))
        return list(await asyncio.gather(*runs))

    return await _measured(site, "a second", rate, run, asking)


async def up_to_saturation(site: Site, rates: Sequence[float], seconds: float) -> list[SagaRun]:
    """Open loops at growing rates, until one is not kept up with."""
    runs = []
    for rate in rates:
        runs.append(await a_second(site, rate, seconds))
        if runs[-1].per_second < 0.8 * rate or runs[-1].failed:
            break
    return runs


@asynccontextmanager
async def _sagas(site: Site, asking: bool) -> AsyncIterator[Sagas]:
    if asking:
        yield Asking(site)
    else:
        async with milestones(site) as seen:
            yield Watched(site, seen)


async def _measured(site: Site, kind: str, asked: float, run: Run, asking: bool) -> SagaRun:
    await site.quiet()
    async with _sagas(site, asking) as sagas:
        before, began = site.cpu(), time.perf_counter()
        times = await run(sagas)
        took = time.perf_counter() - began
        await site.quiet()
        after = site.cpu()
        sagas.desk.close()
    done = [each for each in times if each]
    spent = {name: (after[name] - before[name]) / 1000 / max(len(done), 1) for name in before}
    ours = {name: spent[name] for name in services_of(spent)}
    totals = [each.total for each in done]
    return SagaRun(
        kind=f"{kind}, asking" if asking else kind,
        asked=asked,
        done=len(done),
        failed=len(times) - len(done),
        per_second=len(done) / took,
        p50=percentile(totals, 50),
        p99=percentile(totals, 99),
        p999=percentile(totals, 99.9),
        cpu=sum(ours.values()),
        stores=sum(spent[name] for name in stores_of(spent)),
        services=ours,
        lags=_lags(done),
        requests=sagas.desk.requests / max(len(done), 1),
    )


def _lags(done: Sequence[Times]) -> dict[str, tuple[float, float]]:
    names = done[0].lags if done else {}
    found = {name: [each.lags[name] for each in done] for name in names}
    return {name: (percentile(lags, 50), percentile(lags, 99)) for name, lags in found.items()}
