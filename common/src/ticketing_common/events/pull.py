"""Pulling messages from a durable consumer, one subscription at a time.

nats-py's own `fetch` waits for a whole batch or for its timeout; here requests overlap and each
message is handed on when it comes. (By a callback: awaiting `next_msg` takes three times the CPU.)
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from nats.aio.msg import Msg

from ticketing_common.events.jetstream import answering
from ticketing_common.events.stream import BrokerUnavailableError, Stream

BATCH = 64  # messages asked for at a time
HEARTBEAT = 2.0  # seconds; a server silent for two of these has forgotten the request
EXPIRES = 30.0  # seconds a request waits on the server


class ConsumerGoneError(Exception):
    """The server has no such consumer (any more)."""


class Pull:
    """One subscription, for one call of `run`. Asks for more while less than half a batch is on
    its way; `take` is awaited for each message, so it can keep all others waiting."""

    def __init__(
        self, stream: Stream, durable: str, take: Callable[[Msg], Awaitable[None]]
    ) -> None:
        self._stream = stream
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream.name}.{durable}"
        self._inbox = stream.client.new_inbox()
        self._take = take
        self._requested = 0
        self._taking = False
        self._last_received = time.monotonic()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def ended(self) -> bool:
        return self._failed.done()

    def stop(self) -> None:
        """Let `run` return. What is delivered and not yet taken comes again."""
        if not self._failed.done():
            self._failed.set_result(None)

    async def run(self) -> None:
        """Return when stopped, or after silence: a reconnect lost the request, or the server did.

        Raises `ConsumerGoneError` where the server says so, and `BrokerUnavailableError`.
        """
        subscription = await self._stream.subscribe(self._inbox, self._on_message)
        try:
            await self._request()
            while self._taking or time.monotonic() - self._last_received < 2 * HEARTBEAT:
                await asyncio.wait({self._failed}, timeout=HEARTBEAT)
                if self._failed.done():
                    return self._failed.result()
        finally:
            self._failed.cancel()
            with suppress(BrokerUnavailableError), answering():
                await subscription.unsubscribe()

    async def _on_message(self, message: Msg) -> None:
        try:
            status = (message.headers or {}).get("Status") if not message.reply else None
            if status is None:
                await self._hand_on(message)
            elif status != "100":  # anything but a heartbeat ends a request
                self._requested -= _unserved(message)
            if self._requested <= BATCH // 2:
                await self._request()
        except Exception as error:  # noqa: BLE001 - nats-py would log it and go on
            if not self._failed.done():
                self._failed.set_exception(error)
        finally:
            self._last_received = time.monotonic()

    async def _hand_on(self, message: Msg) -> None:
        self._requested -= 1
        self._taking = True
        try:
            await self._take(message)
        finally:
            self._taking = False

    async def _request(self) -> None:
        request = {
            "batch": BATCH - self._requested,
            "expires": int(EXPIRES * 1e9),
            "idle_heartbeat": int(HEARTBEAT * 1e9),
        }
        self._requested = BATCH
        await self._stream.ask(self._subject, json.dumps(request).encode(), self._inbox)


def _unserved(message: Msg) -> int:
    headers = message.headers or {}
    pending = headers.get("Nats-Pending-Messages")
    if pending is None:  # 503 no responders, 409 consumer deleted, ...
        raise ConsumerGoneError(headers.get("Description") or headers.get("Status"))
    return int(pending)
