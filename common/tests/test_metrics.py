"""What Prometheus reads of a service."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from ticketing_common.errors import BadRequestError, ServiceUnavailableError
from ticketing_common.lifecycle import running
from ticketing_common.metrics import metrics as module
from ticketing_common.metrics.histogram import BOUNDS, Histogram
from ticketing_common.metrics.metrics import Metrics, gauge
from ticketing_common.metrics.server import MAX_HEAD, MetricsServer
from ticketing_common.routing import Route
from ticketing_common.service import create_service
from ticketing_common.settings import Settings
from ticketing_common.testing.ports import free_port

router = APIRouter(route_class=Route)


@router.get("/api/things/{id}")
async def show(id: str) -> str:
    if id == "bad":
        raise BadRequestError
    return id


@pytest.fixture
def app() -> FastAPI:
    return create_service(Settings(), routers=[router])


@pytest.fixture
async def api(client_of: Any, app: FastAPI) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await client_of(app)
    return client


async def samples(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """By the values of their labels, in the order of the labels' names."""
    families = text_string_to_metric_families((await metrics.text()).decode())
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
        if sample.name == name
    }


async def test_requests_by_template_and_status(app: FastAPI, api: httpx.AsyncClient) -> None:
    """Whatever strangers ask for, there are as many series as routes."""
    for path in ("/api/things/1", "/api/things/2", "/api/things/bad", "/nowhere", "/else"):
        await api.get(path)
    await api.request("MADEUP", "/nowhere")

    counted = await samples(app.state.metrics, "ticketing_http_requests_total")

    assert counted == {
        ("GET", "/api/things/{id}", "200"): 2,
        ("GET", "/api/things/{id}", "400"): 1,
        ("", "other", "404"): 3,
    }
    took = await samples(app.state.metrics, "ticketing_http_request_duration_seconds_count")
    assert took == {("GET", "/api/things/{id}"): 3, ("", "other"): 3}


def test_a_histogram_counts_what_took_at_most_so_long() -> None:
    """A bound belongs to its bucket, and what is beyond all of them to the last one."""
    histogram = Histogram()
    for seconds in (BOUNDS[0], BOUNDS[0] * 1.01, 1000.0):
        histogram.observe(seconds)

    buckets = dict(histogram.buckets())

    assert (buckets["0.001"], buckets["0.0025"], buckets["10.0"]) == (1, 2, 2)
    assert buckets["+Inf"] == 3
    assert Histogram.joined([histogram, histogram]).counts == [2 * n for n in histogram.counts]


async def test_a_source_that_fails_takes_no_other_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is away, or too slow: it is left out and named; the next scrape asks again."""
    monkeypatch.setattr(module, "TIMEOUT", 0.01)
    asked: list[str] = []

    async def good() -> list[Metric]:
        asked.append("good")
        return [gauge("good", "It is.", 1)]

    async def away() -> list[Metric]:
        asked.append("away")
        raise ServiceUnavailableError

    async def slow() -> list[Metric]:
        await asyncio.Event().wait()
        return []

    metrics = Metrics()
    metrics.sources |= {"good": good, "away": away, "slow": slow}

    for _ in range(2):
        up = await samples(metrics, "ticketing_source_up")
        assert (up["good",], up["away",], up["slow",]) == (1, 0, 0)
        assert await samples(metrics, "ticketing_good") == {(): 1}
    assert (asked.count("good"), asked.count("away")) == (1, 4)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    port = free_port()
    metrics = Metrics()
    async with running({"metrics": MetricsServer(metrics, "127.0.0.1", port).run()}):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0)
                continue
            writer.close()
            break
        yield port


async def test_a_scraper_s_port(port: int) -> None:
    """One page; the process and the garbage collector are on it, too."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as scraper:
        page = await scraper.get("/metrics")
        assert (await scraper.get("/")).status_code == 404
        assert (await scraper.post("/metrics")).status_code == 404

    assert page.headers["content-type"].startswith("text/plain; version=")
    names = {family.name for family in text_string_to_metric_families(page.text)}
    assert {"process_cpu_seconds", "python_gc_collections"} <= names
    assert "ticketing_event_loop_lag_seconds" in names


async def test_who_talks_nonsense_there_is_hung_up_on(port: int) -> None:
    """And the next one is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"x" * (MAX_HEAD + 1))
    assert await reader.read() == b""
    writer.close()

    async with httpx.AsyncClient() as scraper:
        page = await scraper.get(f"http://127.0.0.1:{port}/metrics")
    assert page.status_code == 200
