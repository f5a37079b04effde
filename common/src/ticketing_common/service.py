"""A service, wired: what every `create_app` has in common."""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ticketing_common import health
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letter_count import DeadLetterCount
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.resync import Republisher
from ticketing_common.events.stream import Stream
from ticketing_common.events.watch import StreamWatch
from ticketing_common.lifecycle import running
from ticketing_common.middlewares.error_handler import handle_errors
from ticketing_common.middlewares.request_context import RequestContext
from ticketing_common.openapi import document
from ticketing_common.places import Places
from ticketing_common.routing import Route
from ticketing_common.session import Sessions
from ticketing_common.settings import SessionSettings, Settings
from ticketing_common.short_path import ShortPath
from ticketing_common.store.database import Database
from ticketing_common.store.document import Document
from ticketing_common.store.position import StreamPosition
from ticketing_common.store.store import Store

Work = Callable[[], Coroutine[Any, Any, None]]
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
    work: Sequence[Work] = (),
    checks: Mapping[str, health.Check] | None = None,
    closing: Sequence[Close] = (),
) -> FastAPI:
    """An app with health routes, request ids, our errors and sessions, and its background work.

    `stores` are what its routes and outboxes live on, `republishers` tell their present state
    again when the stream lost it, `work` is what else runs beside the service, and `checks` what
    else has to answer for it to be ready. Whatever is opened here is closed in the lifespan, and
    what the service opened itself by `closing`, once no background work uses it any more.
    """
    background: list[Work] = [*work]
    checked = dict(checks or {})
    counts: dict[str, Callable[[], int | None]] = {}
    if database:
        stores = [*stores, Store(database, StreamPosition)] if stream else stores
        prepared = database, stores
        background.append(lambda: prepared[0].prepare(prepared[1]))
        checked["store"] = database.ping
    if stream:
        background += _messaging(stream, stores, listeners, republishers)
        checked["broker"] = stream.ping
        if listeners:  # one queue group is the whole service's
            dead = DeadLetterCount(DeadLetters(stream), listeners[0].queue_group)
            background.append(dead.run)
            counts["deadLetters"] = lambda: dead.known

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            if database:
                opened.push_async_callback(database.close)
            if stream:
                opened.push_async_callback(stream.close)
            for close in closing:
                opened.push_async_callback(close)
            await opened.enter_async_context(running(*(start() for start in background)))
            if database:  # a request that comes at once is not to find it unprepared
                await database.until_prepared(PATIENCE)
            yield

    app = Service(settings.ACCESS_LOG, lifespan)
    handle_errors(app)
    app.state.health = health.Health(checked, lambda: not (stream and stream.closed), counts)
    app.state.places = Places()
    app.state.listeners = listeners
    app.state.republishers = republishers
    app.state.stores = {store.document: store for store in stores}
    if isinstance(settings, SessionSettings):
        app.state.sessions = Sessions(settings)
    for router in (health.router, *routers):
        app.include_router(router)
        app.short += [route for route in router.routes if isinstance(route, Route)]
    return app


class Service(FastAPI):
    """FastAPI for the schema and for what is no `Route`; every `Route` goes the short path."""

    def __init__(self, access_log: bool, lifespan: Callable[[FastAPI], Any]) -> None:
        super().__init__(
            title="Ticketing",
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            lifespan=lifespan,
        )
        self.short: list[Route] = []
        self._access_log = access_log
        self.add_middleware(RequestContext, access_log=access_log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # FastAPI's own wraps telemetry around each request, which we don't use.
        await Starlette.__call__(self, scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document(super().openapi(), self.short)
        return super().openapi()

    def build_middleware_stack(self) -> ASGIApp:
        return ShortPath(super().build_middleware_stack(), self.short, self._access_log)


def store_of(document: type[Document]) -> Callable[[Request], Any]:
    """The dependency that hands a route its store of these documents."""

    def resolve(request: Request) -> Any:
        return request.app.state.stores[document]

    return resolve


def _messaging(
    stream: Stream,
    stores: Sequence[Store[Any]],
    listeners: Sequence[AnyListener],
    republishers: Sequence[Republisher],
) -> list[Work]:
    dead_letters = DeadLetters(stream)
    consumers = [Consumer(listener, stream, dead_letters) for listener in listeners]
    publisher = Publisher(stream)
    work: list[Work] = [stream.connect]
    work += [Relay(store.outbox, publisher).run for store in stores]
    work += [consumer.run for consumer in consumers]
    positions = [store for store in stores if store.document is StreamPosition]
    work += [StreamWatch(stream, each, consumers, republishers).run for each in positions]
    return work
