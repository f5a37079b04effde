"""A Stripe that remembers what it was asked."""

import asyncio
from collections.abc import Mapping
from urllib.parse import unquote

import orjson

INTENT = {"id": "pi_1", "status": "requires_payment_method", "amount": 1999, "livemode": False}


class Recorder:
    """Answers all alike, and remembers the head and the body of what it was asked last."""

    answer = 200, orjson.dumps(INTENT)
    url: str
    head: str
    body: bytes

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.body = await reader.readexactly(int(self.headers.get("content-length", 0)))
        status, answer = self.answer
        head = f"HTTP/1.1 {status} -\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + answer)
        await writer.drain()
        writer.close()

    @property
    def headers(self) -> Mapping[str, str]:
        lines = [line.partition(": ") for line in self.head.split("\r\n")[1:]]
        return {name.lower(): value for name, _, value in lines}

    @property
    def asked(self) -> tuple[str, str, dict[str, str | None]]:
        """What Stripe goes by."""
        names = "authorization", "stripe-version", "idempotency-key", "content-type"
        told = {name: self.headers.get(name) for name in names}
        return unquote(self.head.split("\r\n")[0]), unquote(self.body.decode()), told
