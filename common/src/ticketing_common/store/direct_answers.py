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
from pymongo.errors import ProtocolError, _OperationCancelled
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
    """Raises `TimeoutError`, or the driver's own error where it cancelled the operation: each time
    the connection is closed."""
    protocol = connection.conn.get_conn
    timeout = _csot.remaining() if _csot.get_timeout() else protocol.gettimeout
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    loop = asyncio.get_running_loop()

    looking: asyncio.TimerHandle

    def look() -> None:
        nonlocal looking
        left = deadline - time.monotonic()
        if connection.cancel_context.cancelled:
            protocol.close(_OperationCancelled("operation cancelled"))
        elif left <= 0:
            protocol.close(TimeoutError("timed out"))
        else:
            looking = loop.call_later(min(left, _POLL_TIMEOUT), look)

    looking = loop.call_later(min(deadline - time.monotonic(), _POLL_TIMEOUT), look)
    try:
        data, op_code = await protocol.read(request_id, max_message_size)
    finally:
        looking.cancel()
    if op_code not in _UNPACK_REPLY:
        raise ProtocolError(f"Got opcode {op_code!r} but expected {_UNPACK_REPLY.keys()!r}")
    return _UNPACK_REPLY[op_code](data)
