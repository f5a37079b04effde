"""A service, wired: what every `create_app` has in common."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from prometheus_client import Metric
from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ticketing_common import health
from ticketing_common.events.dead_letter_count import DeadLetterCount
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.gaps import Missing
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.lifecycle import running
from ticketing_common.messaging import Messaging, Work
from ticketing_common.metrics import sources
from ticketing_common.metrics.metrics import Metrics
from ticketing_common.metrics.requests import Requests
from ticketing_common.metrics.server import MetricsServer
from ticketing_common.middlewares.error_handler import handle_errors
from ticketing_common.middlewares.request_context import RequestContext
from ticketing_common.middlewares.traced import Traced
from ticketing_common.openapi import document
from ticketing_common.places import Places
from ticketing_common.routing import Route
from ticketing_common.session import Sessions
from ticketing_common.settings import SessionSettings, Settings
from ticketing_common.short_path import ShortPath
from ticketing_common.store.database import Database
from ticketing_common.store.document import Document
from ticketing_common.store.store import Store
from ticketing_common.tracing import spans

Close = Callable[[], Awaitable[None]]

PATIENCE = 3.0  # seconds for the store to answer before requests are taken without it


def create_service(
    settings: Settings,
    *,
    routers: Iterable[APIRouter] = (),
    database: Database | None = None,
    stores: Sequence[Store[Any]] = (),
    stream: Stream | None = None,
    listeners: Sequence[AnyListener] = (),
    republishers: Sequence[Republisher] = (),
    missing: Missing | None = None,
    work: Mapping[str, Work] | None = None,
    checks: Mapping[str, health.Check] | None = None,
    counts: Mapping[str, Callable[[], int | None]] | None = None,
    closing: Sequence[Close] = (),
) -> FastAPI:
    """An app with health routes, request ids, our errors and sessions, and its background work.

    `stores` are what its routes and outboxes live on, `republishers` tell their present state
    again when the stream lost it, `missing` learns what this service has not heard, `work` is what
    else runs beside the service, by name and without an end, `checks` what else has to answer for
    it to be ready, and `counts` what else `/readyz` tells. Whatever is opened here is closed in
    the lifespan, and what the service opened itself by `closing`, once no background work uses it
    any more.
    """
    background = dict(work or {})
    steps: dict[str, Work] = {}  # which end once they have succeeded
    checked = dict(checks or {})
    counts = dict(counts or {})
    metrics = Metrics()
    metrics.sources["batches"] = sources.batches(stores)
    metrics.sources["waits for news"] = sources.waits(stores)
    if settings.METRICS_PORT:
        server = MetricsServer(metrics, settings.HOST, settings.METRICS_PORT)
        background |= {"metrics": server.run, "watching the event loop": metrics.watch_loop}
    if database:
        checked["store"] = database.ping
    if stream:
        missed = missing or Missing()
        messaging = Messaging(stream, database, stores, listeners, republishers, missed)
        steps["connecting to NATS"] = stream.connect
        background |= messaging.work
        metrics.sources["outboxes"] = sources.outboxes(stores)
        if messaging.consumers:
            metrics.sources["consumers"] = sources.consumers(messaging.consumers)
        stores = [*stores, *messaging.stores]
        checked["broker"] = stream.ping
        if listeners:
            dead = DeadLetterCount(DeadLetters(stream), listeners[0].queue_group)
            background["counting dead letters"] = dead.run
            counts["deadLetters"] = lambda: dead.known
        if messaging.stores:
            counts |= {"missed": lambda: missed.times, "awaited": lambda: missed.awaiting}
    if database:
        prepared = database, stores
        steps["preparing the database"] = lambda: prepared[0].prepare(prepared[1])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            if database:
                opened.push_async_callback(database.close)
            if stream:
                opened.push_async_callback(stream.close)
            for close in closing:
                opened.push_async_callback(close)
            started = (
                {name: start() for name, start in each.items()} for each in (background, steps)
            )
            await opened.enter_async_context(running(*started))
            if database:  # a request that comes at once is not to find it unprepared
                await database.until_prepared(PATIENCE)
            yield

    app = Service(settings, lifespan)
    handle_errors(app)
    app.state.health = health.Health(checked, lambda: not (stream and stream.closed), counts)
    app.state.places = Places()
    app.state.listeners = listeners
    app.state.republishers = republishers
    app.state.stores = {store.document: store for store in stores}
    app.state.database = database
    app.state.closing = closing
    if isinstance(settings, SessionSettings):
        app.state.sessions = Sessions(settings)
    app.state.metrics = metrics
    metrics.sources["counts"] = sources.counts(counts)
    metrics.sources["rate limits"] = sources.rate_limits(app)
    metrics.sources["requests"] = app.requests_families
    for router in (health.router, *routers):
        app.include_router(router)
        app.short += [route for route in router.routes if isinstance(route, Route)]
    return app


class Service(FastAPI):
    """FastAPI for the schema and for what is no `Route`; every `Route` goes the short path."""

    def __init__(self, settings: Settings, lifespan: Callable[[FastAPI], Any]) -> None:
        super().__init__(
            title="Ticketing",
            openapi_url=None,  # see `health`
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            lifespan=lifespan,
        )
        self.state = Wired()
        self.short: list[Route] = []
        self._requests = Requests()
        self._around = partial(
            RequestContext,
            requests=self._requests,
            access_log=settings.ACCESS_LOG,
            traced=Traced(self.short, settings) if spans.enabled() else None,
        )
        self.add_middleware(self._around)

    async def requests_families(self) -> list[Metric]:
        """How many there were of each route, and how long they took."""
        return self._requests.families(
            {each.handler: (each.path, min(each.methods or {""})) for each in self.short}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # FastAPI's own wraps telemetry around each request, which we don't use.
        await Starlette.__call__(self, scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document(super().openapi(), self.short)
        return super().openapi()

    def build_middleware_stack(self) -> ASGIApp:
        framework = super().build_middleware_stack()
        return ShortPath(framework, self.short, self._around)


class Wired(State):
    """The app's state as plain attributes. Starlette's own looks each of them up by a call, which
    is felt where a request asks for half a dozen."""

    __setattr__ = object.__setattr__  # type: ignore[assignment]


def store_of(document: type[Document]) -> Callable[[Request], Any]:
    """The dependency that hands a route its store of these documents."""

    def resolve(request: Request) -> Any:
        return request.app.state.stores[document]

    return resolve
