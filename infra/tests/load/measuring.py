"""Measuring one path of one version, or one yardstick, at one number of connections."""

from collections.abc import Iterator
from itertools import cycle

from infra.tests.load.closed_loop import ClosedLoop, Usage, Window
from infra.tests.load.path import HELLO, SCRYPT, Path, Setting
from infra.tests.load.processes import family, rss, total_cpu
from infra.tests.load.sample import Sample
from infra.tests.load.wire import request

WARM_UP = 0.15  # of the measured time, at least so many seconds
SECONDS = {1: 0.4, 32: 1.0, 256: 0.6}  # by number of connections

OK = frozenset({200, 201})
YARDSTICKS = {
    HELLO: ("hello", "GET", "/"),
    "bare FastAPI hello": ("fastapi_hello", "GET", "/"),
    "nginx static": ("nginx", "GET", "/hello.json"),
    "bare driver find_one": ("driver", "GET", "/find"),
    "bare driver insert_one": ("driver", "POST", "/insert"),
    "bare JetStream publish": ("publish", "POST", "/"),
    SCRYPT: ("scrypt", "POST", "/"),
}


async def measure(path: Path, setting: Setting, connections: int, pace: float) -> Sample:
    """`pace` stretches or shortens the time that is counted."""
    site = setting.site
    port = site.ports["gateway" if path.gateway else path.service]
    before = site.cpu()
    memory = site.rss()[path.service]
    seconds = SECONDS[connections] * pace * path.factor
    window = await _run(port, path.requests(setting), connections, seconds, site.cpu)
    if path.writes:
        await site.quiet()
    after = site.cpu()
    answered = max(window.answered(path.expected), 1)
    return Sample.of(
        path.name,
        site.name,
        connections,
        window,
        expected=path.expected,
        settled={name: (after[name] - used) / 1000 / answered for name, used in before.items()},
        rss=(memory, site.rss()[path.service]),
    )


async def measure_yardstick(
    name: str, servers: dict[str, tuple[int, int]], connections: int, pace: float
) -> Sample:
    server, method, target = YARDSTICKS[name]
    pid, port = servers[server]
    members = family(pid)

    def usage() -> dict[str, int]:
        return total_cpu({server: members})

    memory = sum(map(rss, members))
    seconds = SECONDS[connections] * pace * (4.0 if name == SCRYPT else 1.0)
    window = await _run(port, cycle([request(method, target)]), connections, seconds, usage)
    answered = max(window.answered(OK), 1)
    spent = {server: (window.after[server] - window.before[server]) / 1000 / answered}
    return Sample.of(
        name,
        "yardstick",
        connections,
        window,
        expected=OK,
        settled=spent,
        rss=(memory, sum(map(rss, members))),
    )


async def _run(
    port: int, requests: Iterator[bytes], connections: int, seconds: float, usage: Usage
) -> Window:
    return await ClosedLoop(port, requests, connections).run(
        max(WARM_UP, seconds * 0.15), seconds, usage
    )
