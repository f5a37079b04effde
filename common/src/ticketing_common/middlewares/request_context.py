"""Around every request: its id, what escaped every handler, and the access log."""

import logging
import time
from collections.abc import Awaitable
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticketing_common.errors import CustomError
from ticketing_common.metrics.requests import Requests
from ticketing_common.middlewares.error_handler import error_response
from ticketing_common.middlewares.traced import TRACEPARENT, Traced, method_of
from ticketing_common.request_ids import HEADER, is_safe, own_id, request_id
from ticketing_common.tracing import spans

REQUEST_ID = HEADER.lower().encode()
NO_STORE = (b"cache-control", b"no-store")
NOSNIFF = (b"x-content-type-options", b"nosniff")

logger = logging.getLogger(__name__)


class RequestContext:
    """Takes X-Request-ID over or makes one, and answers it; turns a stray exception into a 500
    whose details are in the log only. No cache keeps an answer that does not say it may, and no
    browser takes it for what it is not declared as."""

    def __init__(
        self,
        app: ASGIApp,
        requests: Requests,
        access_log: bool = False,
        traced: Traced | None = None,
    ) -> None:
        self.app = app
        self.requests = requests
        self.access_log = access_log
        self.traced = traced

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return self.app(scope, receive, send)
        given = traceparent = None
        for name, value in scope["headers"]:
            if name == REQUEST_ID:
                if given is None and is_safe(value):
                    given = value
            elif name == TRACEPARENT:
                traceparent = value
        id = bytes(given) if given else own_id()
        if self.traced is not None and (traceparent is not None or spans.draws()):
            serve = partial(self._serve, id)
            return self.traced.serve(serve, traceparent, scope, receive, send)
        return self._serve(id, scope, receive, send)

    async def _serve(self, id: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                for name, _ in headers:
                    if name == b"cache-control":
                        break
                else:
                    headers.append(NO_STORE)
                headers += NOSNIFF, (b"x-request-id", id)
            await send(message)

        token = request_id.set(id.decode())
        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            logger.exception("failed", extra=_about(scope))
            if status is not None:
                raise  # too late for a response: the server cuts the connection
            await error_response(CustomError())(scope, receive, send_with_id)
        finally:
            took = time.perf_counter() - began
            self.requests.observe(scope.get("handler"), status, took)
            if self.access_log:
                ms = round(took * 1000, 1)
                logger.info("request", extra={**_about(scope), "status": status, "ms": ms})
            request_id.reset(token)


def _about(scope: Scope) -> dict[str, Any]:
    return {"method": method_of(scope), "path": scope["path"]}
