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
from nats.errors import Error as NatsError

from ticketing_common.events.stream import Stream

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
        self._client = stream.client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream.name}.{durable}"
        self._inbox = self._client.new_inbox()
        self._take = take
        self._requested = 0
        self._taking = False
        self._heard_at = time.monotonic()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Return after silence: a reconnect lost the request, or the server did.

        Raises `ConsumerGoneError` where the server says so, and `NatsError` of the connection.
        """
        subscription = await self._client.subscribe(self._inbox, cb=self._heard)
        try:
            await self._request()
            while self._taking or time.monotonic() - self._heard_at < 2 * HEARTBEAT:
                await asyncio.wait({self._failed}, timeout=HEARTBEAT)
                if self._failed.done():
                    return self._failed.result()
        finally:
            self._failed.cancel()
            with suppress(NatsError):
                await subscription.unsubscribe()

    async def _heard(self, message: Msg) -> None:
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
            self._heard_at = time.monotonic()

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
        await self._client.publish(self._subject, json.dumps(request).encode(), reply=self._inbox)


def _unserved(message: Msg) -> int:
    headers = message.headers or {}
    pending = headers.get("Nats-Pending-Messages")
    if pending is None:  # 503 no responders, 409 consumer deleted, ...
        raise ConsumerGoneError(headers.get("Description") or headers.get("Status"))
    return int(pending)
