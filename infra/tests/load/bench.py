"""The benchmark's sections, one after the other."""

import asyncio
from collections.abc import Sequence
from typing import Any

from infra.tests.load.flash import flash_sale
from infra.tests.load.measuring import measure_yardstick
from infra.tests.load.open_paths import SHARES, open_paths
from infra.tests.load.pages import page_paths
from infra.tests.load.path import HELLO, MAIN, Path
from infra.tests.load.paths import api_paths
from infra.tests.load.plan import Plan
from infra.tests.load.results import Results
from infra.tests.load.rounds import Rounds, Say
from infra.tests.load.saga_runs import a_second, at_once, up_to_saturation
from infra.tests.load.scale import grow
from infra.tests.load.site import Site
from infra.tests.load.soak import soak
from infra.tests.load.starting import start_times

AT_ONCE = (16, 64)  # sagas
ASKING = (1, 16, 64)  # at once
IDLE = 3.0  # seconds


def paths_of(plan: Plan) -> list[Path]:
    return [path for path in (*api_paths(), *page_paths()) if plan.wants(path.name)]


async def bench(
    plan: Plan,
    sites: Sequence[Site],
    servers: dict[str, tuple[int, int]],
    results: Results,
    say: Say,
) -> None:
    """Measure what the plan says; this version is the last of the sites."""
    this = sites[-1]
    results.rss["after start"] = this.rss()
    results.idle = await idle(this)
    if plan.has("start"):
        results.start = await start_times(this)
        say("starts measured")
    if plan.has("paths"):
        rounds = Rounds(sites, servers, paths_of(plan), say, plan.pace, plan.levels)
        rounds.samples = results.samples  # what there is can be shown if the rest fails
        await rounds.run(plan.rounds)
        results.rss["after paths"] = this.rss()
    if plan.has("saga"):
        await _sagas(plan, sites, servers, results, say)
        results.rss["after sagas"] = this.rss()
    if plan.has("asking"):
        await _asking(plan, sites, results, say)
    if plan.has("open"):
        await open_paths(sites, plan.rounds, plan.pace, results.open, say)
    if plan.has("flash"):
        results.sales = [await flash_sale(this, tickets, plan.buyers) for tickets in (1, 500)]
        results.rss["after flash sales"] = this.rss()
        say("flash sales measured")
    if plan.has("scale"):
        results.scale = await grow(this, plan.sizes, plan.pace, say)
        results.rss["after scale"] = this.rss()
    if plan.has("soak"):
        results.soak = await soak(this, plan.soak_rate, plan.soak_seconds, say)


async def idle(site: Site) -> dict[str, float]:
    """Milliseconds of CPU a second that each process takes while nobody asks for anything."""
    before = site.cpu()
    await asyncio.sleep(IDLE)
    return {name: (used - before[name]) / 1e6 / IDLE for name, used in site.cpu().items()}


async def _sagas(
    plan: Plan,
    sites: Sequence[Site],
    servers: dict[str, tuple[int, int]],
    results: Results,
    say: Say,
) -> None:
    this = sites[-1]
    for site in sites:
        await at_once(site, 8, 1.0)  # to warm up
    for _ in range(plan.rounds):
        results.samples.append(await measure_yardstick(HELLO, servers, MAIN, plan.pace))
        for count in AT_ONCE:
            for site in sites:
                run = await at_once(site, count, plan.saga_seconds)
                results.sagas.setdefault(site.name, []).append(run)
                say(f"{run.per_second:.1f} sagas a second, {count} at once ({site.name})")
        sites = sites[::-1]  # the next round starts with another version
    if not plan.rates:
        return
    runs = results.sagas[this.name]
    saturation = max(run.per_second for run in runs)
    runs += await up_to_saturation(this, plan.rates, plan.saga_seconds)
    results.lag = await a_second(this, max(1.0, saturation / 2), plan.saga_seconds)
    say("event lag measured")


async def _asking(plan: Plan, sites: Sequence[Site], results: Results, say: Say) -> None:
    """At once, then at shares of what the slowest version did of them."""

    async def take_turns(points: Sequence[float], measure: Any) -> None:
        turns = list(sites)
        for number in range(1, plan.rounds + 1):
            for point in points:
                for site in turns:
                    runs = results.asking.setdefault(site.name, [])
                    runs.append(await measure(site, point, plan.saga_seconds, asking=True))
            turns.reverse()  # the next round starts with another version
            say(f"purchases by asking, round {number} of {plan.rounds}")

    await take_turns(ASKING, at_once)
    saturation = min(max(run.per_second for run in runs) for runs in results.asking.values())
    await take_turns([share * saturation for share in SHARES], a_second)
