"""A client's connection: kept alive, one request at a time."""

import asyncio
from collections.abc import Callable
from typing import cast

from infra.tests.load.wire import Answer, Head, head_of, is_whole

OnAnswer = Callable[[Answer], None]


class Connection(asyncio.Protocol):
    """Connects when first used, and again where the server hung up."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._head: Head | None = None
        self._request = b""
        self._on_answer: OnAnswer | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._let_go = 0  # transports that are being closed, whose end is no news

    async def connect(self) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self.port)

    def ask(self, request: bytes, on_answer: OnAnswer) -> None:
        """Call back with the answer; with status 0 if there won't be one."""
        self._on_answer = on_answer
        if self._transport is None:
            self._request = request
            self._connecting = asyncio.ensure_future(self._connect_and_send())
        else:
            self._transport.write(request)

    async def fetch(self, request: bytes) -> Answer:
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.ask(request, answered.set_result)
        return await answered

    def close(self) -> None:
        self._on_answer = None
        if self._transport:
            self._transport.close()

    async def _connect_and_send(self) -> None:
        try:
            await self.connect()
        except OSError:
            self._tell(Answer(0))
            return
        assert self._transport
        self._transport.write(self._request)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        if self._head is None:
            self._head = head_of(self._received)
        head = self._head
        if head is None or not is_whole(self._received, head):
            return
        answer = Answer(head.status, self._received[head.body :])
        self._received, self._head = b"", None
        if head.closes and self._transport:
            self._transport.close()
            self._transport = None
            self._let_go += 1
        self._tell(answer)

    def connection_lost(self, error: Exception | None) -> None:
        if self._let_go:
            self._let_go -= 1
            return
        self._transport = None
        self._received, self._head = b"", None
        self._tell(Answer(0))

    def _tell(self, answer: Answer) -> None:
        if on_answer := self._on_answer:
            self._on_answer = None
            on_answer(answer)
