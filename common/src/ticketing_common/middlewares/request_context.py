"""Around every request: its id, what escaped every handler, and the access log."""

import logging
import re
import time
from itertools import count
from secrets import token_hex
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticketing_common.errors import CustomError
from ticketing_common.logs import request_id
from ticketing_common.middlewares.error_handler import error_response

logger = logging.getLogger(__name__)

_PROCESS = token_hex(8).encode()  # with a number behind it, an id that no other process gives
_numbers = count(1)
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestContext:
    """Takes X-Request-ID over or makes one, and answers it; turns a stray exception into a 500
    whose details are in the log only."""

    def __init__(self, app: ASGIApp, access_log: bool = False) -> None:
        self.app = app
        self.access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        id = _given(scope) or b"%s-%x" % (_PROCESS, next(_numbers))
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", id))
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
            if self.access_log:
                took = round((time.perf_counter() - began) * 1000, 1)
                logger.info("request", extra={**_about(scope), "status": status, "ms": took})
            request_id.reset(token)


def _given(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SAFE_ID.fullmatch(value):
            return bytes(value)
    return None


def _about(scope: Scope) -> dict[str, Any]:
    return {"method": scope["method"], "path": scope["path"]}
