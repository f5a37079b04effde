"""All a service's figures, as Prometheus reads them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    Metric,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily

from ticketing_common.errors import CustomError
from ticketing_common.metrics.histogram import Histogram

TIMEOUT = 2.0  # seconds for a source
FRESH = 5.0  # seconds in which it is not asked again, however many scrape
TICK = 0.25  # seconds between two looks at how late the event loop is

Source = Callable[[], Awaitable[list[Metric]]]


class Metrics:
    """`sources` by their names; what one can't tell in time is left out, and
    `ticketing_source_up` says so."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {"event loop": self._event_loop}
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        PlatformCollector(registry=self._process)
        GCCollector(registry=self._process)
        self._kept: dict[str, tuple[float, list[Metric]]] = {}
        self._lags = Histogram()
        self._asking = asyncio.Lock()

    async def text(self) -> bytes:
        async with self._asking:  # who comes meanwhile gets what is fresh then
            found = await asyncio.gather(*map(self._ask, self.sources))
        up = GaugeMetricFamily(
            "ticketing_source_up", "Whether it could be read.", labels=["source"]
        )
        families: list[Metric] = [up]
        for name, told in zip(self.sources, found, strict=True):
            up.add_metric([name], told is not None)
            families += told or []
        registry = CollectorRegistry()
        registry.register(_Collected(families))
        return bytes(generate_latest(self._process)) + bytes(generate_latest(registry))

    async def watch_loop(self) -> None:
        """Note how late the event loop comes to what is due."""
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + TICK
            await asyncio.sleep(TICK)
            self._lags.observe(max(clock() - due, 0.0))

    async def _ask(self, name: str) -> list[Metric] | None:
        at, kept = self._kept.get(name, (-FRESH, []))
        if time.monotonic() - at < FRESH:
            return kept
        try:
            async with asyncio.timeout(TIMEOUT):
                told = await self.sources[name]()
        except (CustomError, TimeoutError):
            return None
        self._kept[name] = time.monotonic(), told
        return told

    async def _event_loop(self) -> list[Metric]:
        family = HistogramMetricFamily(
            "ticketing_event_loop_lag_seconds", "How late the event loop was."
        )
        family.add_metric([], self._lags.buckets(), self._lags.sum)
        return [family]


class _Collected:
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"ticketing_{name}", about, value=value)


def gauges(name: str, about: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(f"ticketing_{name}", about, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family
