"""One connection: how long a request may take to arrive, and how much it may say."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ticketing_common.errors import (
    BadRequestError,
    CustomError,
    HeadersTooLargeError,
    PayloadTooLargeError,
    RequestTimeoutError,
)
from ticketing_common.middlewares.error_handler import error_response
from ticketing_common.middlewares.request_context import NO_STORE, NOSNIFF

REQUEST_TIMEOUT = 15.0  # seconds from a connection, or a request's first byte, to its last one
MAX_HEAD = 64 * 1024  # bytes of a request line with its headers; as many of a body's framing
MAX_HEADERS = 256  # each takes some 150 bytes more of memory than what it says
MAX_BODY = 128 * 1024  # bytes; routes of ours take less, and refuse the rest by themselves
MAX_WAITING = 32  # further requests on a connection while one is being answered
PIECE = 8 * 1024  # bytes that are parsed at a time
PARTING = 1.0  # seconds for whoever was refused to read why


class Protocol(HttpToolsProtocol):
    """Gives up a connection that takes too long to say what it wants, or says too much.

    A head beyond the limits is a 431, also where it never ends: a piece or two more may be held by
    then. Trailers and chunk extensions are read over, and bounded alike. A request that comes in
    one piece, as most do, is in no need of a timer.
    """

    _asking = True  # a request has begun, or the first is waited for
    _refused = False
    _deadline: asyncio.TimerHandle | None = None
    _said = -PIECE  # bytes since the request began, or the last of its body, less a piece
    _body = 0  # bytes of it so far

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if len(data) > PIECE:
            for start in range(0, len(data), PIECE):
                self.data_received(data[start : start + PIECE])
            return
        super().data_received(data)
        if self._asking and not self._refused:
            self._said += len(data)
            if self._said > MAX_HEAD or (self.headers and len(self.headers) > MAX_HEADERS):
                self._refuse(TOO_LARGE)
        self._watch()

    def on_message_begin(self) -> None:
        self._asking = True
        self._said = -PIECE
        self._body = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if (
            len(self.headers) > MAX_HEADERS
            or len(self.pipeline) >= MAX_WAITING
            or (self._said > MAX_HEAD - 3 * PIECE and self._head() > MAX_HEAD)
        ):
            self._refuse(TOO_LARGE)
            raise HeadersTooLargeError  # which ends the parsing
        super().on_headers_complete()
        self.headers = []  # what comes now are trailers, which nobody reads

    def on_body(self, body: bytes) -> None:
        self._said = -PIECE
        self._body += len(body)
        if self._body > MAX_BODY and not self.cycle.response_started:
            self._refuse(TOO_MUCH)
            raise PayloadTooLargeError
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._asking = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls when parsing has ended, also by what we raise ourselves."""
        self._refuse(BAD)

    def connection_lost(self, exc: Exception | None) -> None:
        self._asking = False
        self._watch()
        super().connection_lost(exc)

    def _head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _watch(self) -> None:
        if self._asking and self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_TIMEOUT, self._give_up)
        elif self._deadline is not None and not self._asking:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.scope is None:
            self.transport.close()
        else:
            self._refuse(LATE)

    def _refuse(self, answer: bytes) -> None:
        """Say so, where it would be taken for this request's answer, and hang up.

        What still comes is dropped for a moment: closing upon it would cost the client the answer.
        """
        if self._refused:
            return
        self._refused = True
        if self._answering():
            self.transport.close()
            return
        if self.cycle is not None and self.cycle.scope is self.scope:
            self.cycle.disconnected = True  # nobody hears its handler any more
            self.cycle.message_event.set()
        self.transport.write(answer)
        self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(PARTING, self.transport.close)

    def _answering(self) -> bool:
        """Whether this request has its answer already, or one before it is still without."""
        if self.cycle is None:
            return False
        if self.cycle.scope is self.scope:  # its head has come
            return self.cycle.response_started
        return not self.cycle.response_complete


def _last_words(error: CustomError) -> bytes:
    response = error_response(error)
    headers = [(b"connection", b"close"), NO_STORE, NOSNIFF, *response.raw_headers]
    head = b"".join(b"%b: %b\r\n" % header for header in headers)
    phrase = HTTPStatus(error.status_code).phrase.encode()
    return b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (error.status_code, phrase, head, bytes(response.body))


LATE = _last_words(RequestTimeoutError())
TOO_LARGE = _last_words(HeadersTooLargeError())
TOO_MUCH = _last_words(PayloadTooLargeError())
BAD = _last_words(BadRequestError("The request can't be understood"))
