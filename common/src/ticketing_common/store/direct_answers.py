"""The driver's answers, waited for without a task of their own.

It waits for each by two tasks: one reads, the other looks twice a second whether the operation has
been cancelled; and on Python 3.11 a third one sends. They take some 40 us of a command's 190, and
more where the code is not in the processor's caches: an eighth of the CPU of a whole purchase.
Here the operation reads by itself, and a timer looks after it. What its caller is told, after how
long, is the same.
"""

import asyncio
import math
import time
from typing import Any

from pymongo import _csot
from pymongo.asynchronous import pool
from pymongo.common import MAX_MESSAGE_SIZE
from pymongo.errors import _OperationCancelled
from pymongo.message import _UNPACK_REPLY
from pymongo.network_layer import _POLL_TIMEOUT


def answer_directly() -> None:
    """Let the driver send and receive so; done again, it changes nothing."""
    driver: Any = pool
    driver.async_sendall = _send
    driver.async_receive_message = _receive


async def _send(protocol: Any, message: bytes) -> None:
    await protocol.write(message)  # which hands it to the transport, and waits for nothing


async def _receive(
    connection: Any, request_id: int | None, max_message_size: int = MAX_MESSAGE_SIZE
) -> Any:
    """Raises `TimeoutError`, or the driver's own error where it cancelled the operation; whoever
    asked then closes the connection."""
    protocol = connection.conn.get_conn
    if connection.cancel_context.cancelled and not protocol._done_messages:
        raise _OperationCancelled("operation cancelled")  # as one is that was still being opened
    timeout = _csot.remaining() if _csot.get_timeout() else protocol.gettimeout
    watch = _Watch(connection.cancel_context, protocol, timeout)
    try:
        data, op_code = await protocol.read(request_id, max_message_size)
    finally:
        watch.timer.cancel()
    return _UNPACK_REPLY[op_code](data)


class _Watch:
    """Ends an operation that takes too long, or is cancelled. A function that sets its own timer
    again would be held by itself: garbage of each command, for the collector to find."""

    __slots__ = ("cancellation", "deadline", "loop", "protocol", "timer")

    def __init__(self, cancellation: Any, protocol: Any, timeout: float | None) -> None:
        self.cancellation, self.protocol = cancellation, protocol
        self.deadline = math.inf if timeout is None else time.monotonic() + timeout
        self.loop = asyncio.get_running_loop()
        self._wait(self.deadline - time.monotonic())

    def _wait(self, left: float) -> None:
        self.timer = self.loop.call_later(min(left, _POLL_TIMEOUT), self._look)

    def _look(self) -> None:
        if not self.protocol._pending_messages:
            return  # its answer has come, late as it may be: whoever waits only has to go on
        left = self.deadline - time.monotonic()
        if self.cancellation.cancelled:
            self.protocol.close(_OperationCancelled("operation cancelled"))
        elif left <= 0:
            self.protocol.close(TimeoutError("timed out"))
        else:
            self._wait(left)
