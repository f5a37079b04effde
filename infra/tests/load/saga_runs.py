"""Many sagas: so many at once, or so many a second whatever becomes of them."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from infra.tests.load.figures import percentile
from infra.tests.load.milestones import milestones
from infra.tests.load.saga import Sagas, Times
from infra.tests.load.site import Site, services_of, stores_of


@dataclass(frozen=True, slots=True)
class SagaRun:
    """`cpu` and `stores` in microseconds per saga, over all processes, with what came after the
    last; `services` the same for each of ours; times in milliseconds; `lags` as (p50, p99)."""

    kind: str
    asked: float  # at once, or a second
    done: int
    failed: int
    per_second: float
    p50: float
    p99: float
    cpu: float
    stores: float
    services: dict[str, float]
    lags: dict[str, tuple[float, float]]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def at_once(site: Site, count: int, seconds: float) -> SagaRun:
    """Closed loop: so many sagas under way at any time."""

    async def start(sagas: Sagas) -> list[Times | None]:
        end = time.perf_counter() + seconds

        async def one_after_another() -> list[Times | None]:
            times = []
            while time.perf_counter() < end:
                times.append(await sagas.run())
            return times

        runs = await asyncio.gather(*(one_after_another() for _ in range(count)))
        return [times for run in runs for times in run]

    return await _measured(site, "at once", count, start)


async def a_second(site: Site, rate: float, seconds: float) -> SagaRun:
    """Open loop: sagas start when they are due, not when others are done."""

    async def start(sagas: Sagas) -> list[Times | None]:
        began = time.perf_counter()
        runs = []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            runs.append(asyncio.create_task(sagas.run()))
        return list(await asyncio.gather(*runs))

    return await _measured(site, "a second", rate, start)


async def up_to_saturation(site: Site, rates: Sequence[float], seconds: float) -> list[SagaRun]:
    """Open loops at growing rates, until one is not kept up with."""
    runs = []
    for rate in rates:
        runs.append(await a_second(site, rate, seconds))
        if runs[-1].per_second < 0.8 * rate or runs[-1].failed:
            break
    return runs


async def _measured(site: Site, kind: str, asked: float, start: Any) -> SagaRun:
    await site.quiet()
    async with milestones(site) as seen:
        sagas = Sagas(site, seen)
        before, began = site.cpu(), time.perf_counter()
        times: list[Times | None] = await start(sagas)
        took = time.perf_counter() - began
        await site.quiet()
        after = site.cpu()
        sagas.desk.close()
    done = [each for each in times if each]
    spent = {name: (after[name] - before[name]) / 1000 / max(len(done), 1) for name in before}
    ours = {name: spent[name] for name in services_of(spent)}
    totals = [each.total for each in done]
    return SagaRun(
        kind=kind,
        asked=asked,
        done=len(done),
        failed=len(times) - len(done),
        per_second=len(done) / took,
        p50=percentile(totals, 50),
        p99=percentile(totals, 99),
        cpu=sum(ours.values()),
        stores=sum(spent[name] for name in stores_of(spent)),
        services=ours,
        lags=_lags(done),
    )


def _lags(done: Sequence[Times]) -> dict[str, tuple[float, float]]:
    names = done[0].lags if done else {}
    found = {name: [each.lags[name] for each in done] for name in names}
    return {name: (percentile(lags, 50), percentile(lags, 99)) for name, lags in found.items()}
