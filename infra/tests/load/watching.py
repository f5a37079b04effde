"""`python -m infra.tests.load.watching`: what metrics and traces cost a request.

Too little to be seen between two runs, on a machine that others use too. So a server and its client
share a process here, and take turns of a few milliseconds with and without: what a neighbour
takes, it takes of all. Figures are medians of the differences between neighbouring turns.
"""

import argparse
import asyncio
import os
import random
import statistics
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import repeat
from multiprocessing import Process
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.tests.load.closed_loop import ClosedLoop
from infra.tests.load.wire import request
from ticketing_auth.app import create_app
from ticketing_auth.config import Settings
from ticketing_common.protocol import Protocol
from ticketing_common.session import Sessions
from ticketing_common.settings import SessionSettings
from ticketing_common.testing.ports import free_port
from ticketing_common.testing.sessions import JWT_KEY
from ticketing_common.tracing import spans
from ticketing_common.types import new_id

REQUESTS = 400  # a turn
CONNECTIONS = 8
QUEUED = 500  # spans: as many as leave at once on a busy service
ONE_REQUEST = 15.0  # microseconds of CPU that the client takes of it
NOWHERE = "mongodb://127.0.0.1:1/auth"  # which nobody asks for anything
AS_EVER = "metrics, no traces"


class Switch:
    """The stack of middleware that serves now."""

    def __init__(self, app: FastAPI, target: ASGIApp) -> None:
        self._app = app
        self.target = target

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self._app
        await self.target(scope, receive, send)


class Unobserved:
    """Metrics that are not kept."""

    def observe(self, *_: object) -> None:
        pass


class Sink(BaseHTTPRequestHandler):
    """Takes what is exported."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


class Variants:
    """Apps that differ in what they tell of a request, and how each is made to serve."""

    def __init__(self, sink: int) -> None:
        environ = {"JWT_KEY": JWT_KEY, "MONGO_URI": NOWHERE}
        app = create_app(Settings.from_environment(environ))
        without: Any = app.build_middleware_stack()
        without._served.requests = Unobserved()
        self._apps: dict[str, tuple[ASGIApp, float]] = {
            AS_EVER: (app.build_middleware_stack(), 0.0),
            "the same again": (app.build_middleware_stack(), 0.0),
            "no metrics": (without, 0.0),
        }
        os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{sink}"
        spans.configure("auth", os.environ)
        traced = create_app(Settings.from_environment(environ)).build_middleware_stack()
        self._apps |= {
            "traces, none sampled": (traced, 0.0),
            "traces, 1% sampled": (traced, 0.01),
        }
        self.app = Switch(app, traced)

    def names(self) -> list[str]:
        return list(self._apps)

    def serve(self, name: str) -> None:
        self.app.target, ratio = self._apps[name]
        spans._ratio = ratio


async def measure(turns: int, sink: int) -> dict[str, list[float]]:
    """Microseconds of CPU a request, of each variant, turn after turn."""
    variants, port = Variants(sink), free_port()
    config = uvicorn.Config(
        variants.app,
        port=port,
        http=Protocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        reset_contextvars=True,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    cookie = Sessions(SessionSettings(JWT_KEY=JWT_KEY)).write(new_id(), "a@example.com")
    asked = request("GET", "/api/users/currentuser", cookie)
    found: dict[str, list[float]] = {name: [] for name in variants.names()}
    order = variants.names()
    for _ in range(turns):
        random.shuffle(order)
        for name in order:
            variants.serve(name)
            before = time.process_time()
            window = await ClosedLoop(port, repeat(asked, REQUESTS), CONNECTIONS).run(0, 60, dict)
            found[name].append((time.process_time() - before) / REQUESTS * 1e6)
            assert window.statuses == {200: REQUESTS}
    server.should_exit = True
    await serving
    return found


def exporting() -> float:
    """Microseconds of CPU that a sampled request takes later, when its span is exported."""
    taken = []
    for _ in range(7):
        for _ in range(QUEUED):
            with spans.span("GET /api/users/currentuser", "server", drawn=True):
                spans.update(attributes={"http.request.method": "GET", "http.status": 200})
        before = time.process_time()
        asyncio.run(spans.flush(60))
        taken.append((time.process_time() - before) / QUEUED * 1e6)
    return statistics.median(taken)


def show(found: dict[str, list[float]], later: float) -> None:
    usual = found[AS_EVER]
    whole = statistics.median(usual) - ONE_REQUEST
    print(f"current user, the cheapest path: {whole:.1f} us of CPU, client not counted")
    for name, taken in found.items():
        more = statistics.median(one - other for one, other in zip(taken, usual, strict=True))
        print(f"{name:<22} {more:+6.2f} us, {more / whole:+6.1%}")
    print(f"and later, in another thread, {later:.0f} us for each that is sampled")


def _sink(port: int) -> None:
    HTTPServer(("127.0.0.1", port), Sink).serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="watching", description=__doc__)
    parser.add_argument("--turns", type=int, default=300, help="of each variant")
    asked = parser.parse_args()
    port = free_port()
    sink = Process(target=_sink, args=(port,), daemon=True)
    sink.start()
    try:
        show(uvloop.run(measure(asked.turns, port)), exporting())
    finally:
        sink.terminate()


if __name__ == "__main__":
    main()
