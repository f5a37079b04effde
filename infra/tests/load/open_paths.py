"""Each path that writes, asked for by people who don't know of each other, up to nearly all that it
can take."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from infra.tests.load import market
from infra.tests.load.figures import percentile
from infra.tests.load.measuring import measure
from infra.tests.load.open_loop import OpenLoop
from infra.tests.load.path import MAIN, Path, Setting
from infra.tests.load.paths import api_paths
from infra.tests.load.rounds import Say
from infra.tests.load.site import Site, services_of, stores_of

SHARES = (0.1, 0.3, 0.6, 0.9)  # of saturation
NAMES = ("new ticket", "update", "new order", "pay")
ON_SALE, HELD = 30_000, 8_000  # so that none runs out
SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class OpenRun:
    """`rate` in requests a second, which is `share` of saturation; latencies in milliseconds, from
    when a request was due; `cpu` of services and `stores` in microseconds per request, with what
    came after the last."""

    path: str
    version: str
    share: float
    rate: float
    answered: int
    unexpected: int
    p50: float
    p99: float
    p999: float
    cpu: float
    stores: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def open_paths(
    sites: Sequence[Site], rounds: int, pace: float, found: list[OpenRun], say: Say
) -> None:
    """Add to `found` each path at each share of what the slowest of these versions can take."""
    paths = [path for path in api_paths() if path.name in NAMES]
    saturation: dict[str, float] = {}
    for number in range(1, rounds + 1):
        settings = [Setting(site, await market.anew(site, ON_SALE, HELD)) for site in sites]
        for path in paths:
            if path.name not in saturation:
                closed = [await measure(path, setting, MAIN, pace) for setting in settings]
                saturation[path.name] = min(sample.per_second for sample in closed)
            for share in SHARES:
                for setting in settings:
                    rate = share * saturation[path.name]
                    found.append(await _measured(path, setting, share, rate, SECONDS * pace))
        say(f"open arrivals, round {number} of {rounds}")
        sites = sites[::-1]  # the next round starts with another version


async def _measured(
    path: Path, setting: Setting, share: float, rate: float, seconds: float
) -> OpenRun:
    site = setting.site
    before = site.cpu()
    loop = OpenLoop(site.ports[path.service], path.requests(setting), rate)
    window = await loop.run(seconds, site.cpu)
    await site.quiet()
    answered = window.answered(path.expected)
    spent = {
        name: (used - before[name]) / 1000 / max(answered, 1) for name, used in site.cpu().items()
    }
    return OpenRun(
        path=path.name,
        version=site.name,
        share=share,
        rate=rate,
        answered=answered,
        unexpected=sum(window.statuses.values()) - answered,
        p50=percentile(window.latencies, 50),
        p99=percentile(window.latencies, 99),
        p999=percentile(window.latencies, 99.9),
        cpu=sum(spent[name] for name in services_of(spent)),
        stores=sum(spent[name] for name in stores_of(spent)),
    )
