"""How long a service takes from its start until it is ready."""

import asyncio
import time

import psutil

from infra.tests.load.connection import Connection
from infra.tests.load.figures import Spread
from infra.tests.load.processes import cpu
from infra.tests.load.site import Site
from infra.tests.load.wire import request
from ticketing_common.testing.ports import free_port
from ticketing_local.services import SERVICES

BOUND = 60.0  # seconds
TIMES = 3


async def start_times(site: Site) -> dict[str, tuple[Spread, Spread]]:
    """Seconds until /readyz says 200, of one more replica of each service, and those of CPU."""
    found = {}
    for service in SERVICES:
        times = [await _start_time(site, service) for _ in range(TIMES)]
        passed, used = zip(*times, strict=True)
        found[service] = Spread.of(passed), Spread.of(used)
    return found


async def _start_time(site: Site, service: str) -> tuple[float, float]:
    port = free_port()
    running = psutil.Process(site.pids[service][0])
    argv, env = running.cmdline(), running.environ() | {"PORT": str(port)}
    started = time.perf_counter()
    silent = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*argv, env=env, stdout=silent, stderr=silent)
    try:
        connection = Connection(port)
        while (await connection.fetch(request("GET", "/readyz"))).status != 200:
            if time.perf_counter() - started > BOUND:
                raise TimeoutError(f"{service} is not ready on port {port}")
            await asyncio.sleep(0.005)
        connection.close()
        return time.perf_counter() - started, cpu(process.pid) / 1e9
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 40)
