"""JetStream's word for what was published, over one subscription.

nats-py's own `publish` makes a request of each message, which takes three times the CPU.
"""

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError

TIMEOUT = 5.0  # seconds
HEADERS_FRAME = len("NATS/1.0\r\n\r\n")

# RuntimeError is uvloop's, where a connection was reset that is being written to.
CONNECTION_ERRORS = (NatsError, OSError, RuntimeError)

Letter = tuple[str, bytes, dict[str, str]]  # subject, data, headers
Outcome = Exception | None


class RefusedError(NatsError):
    """The stream did not store it, and says why; or there is no such stream."""


class Confirms:
    """Publishes on one connection, and tells each message's acknowledgement from the others."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = ""
        self._numbers = itertools.count()
        self._asked: dict[str, _Asked] = {}

    async def open(self) -> None:
        """Subscribe; the client sees to it after a reconnect."""
        self._inbox = self._client.new_inbox()
        await self._client.subscribe(f"{self._inbox}.*.*", cb=self._heard)

    async def publish(self, letters: Sequence[Letter]) -> list[Outcome]:
        """What became of each: None once JetStream has stored it.

        Where that is not sure, `RefusedError`, another `NatsError`, or a `TimeoutError`.
        """
        if not letters:  # else there would be no answer to wait for
            return []
        number = str(next(self._numbers))
        asked = self._asked[number] = _Asked(len(letters))
        try:
            for index, (subject, data, headers) in enumerate(letters):
                reply = f"{self._inbox}.{number}.{index}"
                try:
                    self._check_size(data, headers)
                    await self._client.publish(subject, data, reply=reply, headers=headers)
                except CONNECTION_ERRORS as error:
                    asked.hear(index, error)
            with suppress(TimeoutError):
                async with asyncio.timeout(TIMEOUT):
                    await asked.all_heard
        finally:
            del self._asked[number]
        return asked.outcomes

    def _check_size(self, data: bytes, headers: dict[str, str]) -> None:
        """Raise `MaxPayloadError` for what the server would close the connection for.

        It counts headers too; nats-py only looks at the data, and does not connect again.
        """
        size = HEADERS_FRAME + sum(len(f"{name}: {headers[name]}\r\n".encode()) for name in headers)
        if size + len(data) > self._client.max_payload:
            raise MaxPayloadError

    async def _heard(self, message: Msg) -> None:
        _, number, index = message.subject.rsplit(".", 2)
        if asked := self._asked.get(number):  # else it is too late: nobody waits for it any more
            asked.hear(int(index), _outcome(message))


class _Asked:
    """What was published together, and what was heard of it so far."""

    def __init__(self, count: int) -> None:
        self.outcomes: list[Outcome] = [TimeoutError("no acknowledgement") for _ in range(count)]
        self.all_heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._left = set(range(count))

    def hear(self, index: int, outcome: Outcome) -> None:
        self.outcomes[index] = outcome
        self._left.discard(index)
        if not self._left and not self.all_heard.done():
            self.all_heard.set_result(None)


def _outcome(message: Msg) -> Outcome:
    """An answer without data is the server's own: nobody listens to the subject (503)."""
    answer: dict[str, Any] = orjson.loads(message.data) if message.data else {}
    if "seq" in answer and "error" not in answer:
        return None
    status = (message.headers or {}).get("Status", "no reason given")
    return RefusedError(answer.get("error", {}).get("description", status))
