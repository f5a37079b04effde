"""A TCP proxy between services and their stores that can stall and cut connections."""

import asyncio
from contextlib import suppress
from enum import Enum


class Mode(Enum):
    PASS = "pass"
    STALL = "stall"  # connections stay open, connect even, and no byte moves
    CUT = "cut"  # every connection is reset, and so is each new one


class Proxy:
    """Listens on a free port of the loopback; `target` is the port it stands for."""

    def __init__(self) -> None:
        self.target: int | None = None
        self._moving = asyncio.Event()
        self._moving.set()
        self._mode = Mode.PASS
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Return the port it listens on."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def set(self, mode: Mode) -> None:
        self._mode = mode
        if mode is Mode.STALL:
            self._moving.clear()
        else:
            self._moving.set()
        if mode is Mode.CUT:
            self._reset_all()

    async def close(self) -> None:
        if self._server:
            self._server.close()
        self._moving.set()
        self._reset_all()

    def _reset_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._moving.wait()
            if self._mode is Mode.CUT or self.target is None:
                return
            with suppress(OSError):
                onward, backward = await asyncio.open_connection("127.0.0.1", self.target)
                self._open.add(backward)
                try:
                    pumps = self._pump(reader, backward), self._pump(onward, writer)
                    tasks = [asyncio.create_task(pump) for pump in pumps]
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
                finally:
                    self._open.discard(backward)
                    backward.transport.abort()
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(2**16):
                await self._moving.wait()
                writer.write(data)
                await writer.drain()
