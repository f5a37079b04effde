"""Publishing to JetStream: many messages, whose acknowledgements come over one subscription.

nats-py's own `publish` makes a request of each message, which takes three times the CPU of 64 at
once, and its `publish_async` a future of each, which takes twice.
"""

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import BadHeaderError, BadSubjectError, MaxPayloadError, NoRespondersError
from nats.errors import Error as NatsError

from ticketing_common.events.jetstream import CONNECTION_ERRORS
from ticketing_common.events.message import wire_size

TIMEOUT = 5.0  # seconds
MAX_SUBJECT = 1024  # characters; a server hangs up on a line of more than 4096

# What a message itself is the reason for; as they are raised here, and as JetStream calls them.
MALFORMED = (BadSubjectError, BadHeaderError, MaxPayloadError, UnicodeError)
BAD_REQUEST = 400
SEALED = 10109  # the stream's own trouble, although it is a 400
ROLLUP_NOT_PERMITTED = 10111  # a header's, although it is a 500

CONNECTIONS = 100  # between two polls of a stream, of which the last message is remembered

Publication = tuple[str, bytes, dict[str, str]]  # subject, data, headers
Outcome = Exception | None


class RefusedError(NatsError):
    """The message is one that is not taken, today or tomorrow, and the text says why."""


class NotStoredError(NatsError):
    """JetStream could not store it, for a reason that is not the message's own."""


class Stored(NamedTuple):
    """JetStream has this message under this number."""

    sequence: int
    id: str


class Confirms:
    """Publishes on one connection, and tells each message's acknowledgement from the others.

    The last message of ours in each stream is remembered, for each connection: a server that is
    restored comes with another one, and what is stored by then under greater numbers would hide
    that what was stored before is gone.
    """

    def __init__(self, client: Client) -> None:
        self._latest: dict[str, dict[int, Stored]] = {}  # by stream and connection, oldest first
        self._client = client
        self._inbox = ""
        self._numbers = itertools.count()
        self._pending: dict[str, _Batch] = {}

    async def open(self) -> None:
        """Subscribe; the client sees to it after a reconnect."""
        self._inbox = self._client.new_inbox()
        await self._client.subscribe(f"{self._inbox}.*.*", cb=self._on_ack)

    async def publish(self, publications: Sequence[Publication]) -> list[Outcome]:
        """What became of each: None once JetStream has stored it.

        `RefusedError` where it never will; where that is not sure, another `NatsError`, or one of
        the connection's, a `TimeoutError` among them.
        """
        if not publications:  # else there would be no answer to wait for
            return []
        number = str(next(self._numbers))
        batch = self._pending[number] = _Batch(publications)
        try:
            for index, (subject, data, headers) in enumerate(publications):
                reply = f"{self._inbox}.{number}.{index}"
                try:
                    self._check(subject, data, headers)
                    await self._client.publish(subject, data, reply=reply, headers=headers)
                except MALFORMED as error:
                    batch.settle(index, RefusedError(str(error)))
                except CONNECTION_ERRORS as error:
                    batch.settle(index, error)
            with suppress(TimeoutError):
                async with asyncio.timeout(TIMEOUT):
                    await batch.all_settled
        finally:
            del self._pending[number]
        return batch.outcomes

    def stored(self, stream: str) -> tuple[Stored, ...]:
        """The last message of ours in that stream, as of each connection, the present one last."""
        return tuple(self._latest.get(stream, {}).values())

    def forget(self, stream: str, but: int = 0) -> None:
        """Remember nothing of that stream, or only so many connections."""
        latest = self._latest.get(stream, {})
        for connection in list(latest)[: max(len(latest) - but, 0)]:
            del latest[connection]

    def _check(self, subject: str, data: bytes, headers: dict[str, str]) -> None:
        """Raise for what the server would close the connection for.

        It counts headers too; nats-py only looks at the data, and does not connect again.
        """
        if len(subject) > MAX_SUBJECT:
            raise BadSubjectError
        if wire_size(data, headers) > self._client.max_payload:
            raise MaxPayloadError

    async def _on_ack(self, message: Msg) -> None:
        _, number, index = message.subject.rsplit(".", 2)
        if batch := self._pending.get(number):  # else it is too late: nobody waits for it any more
            answer = orjson.loads(message.data) if message.data else None
            outcome = _outcome(answer)
            batch.settle(int(index), outcome)
            if answer and outcome is None:
                self._remember(answer, batch.publications[int(index)])

    def _remember(self, answer: dict[str, Any], publication: Publication) -> None:
        stream, connection = answer["stream"], self._client.stats["reconnects"]
        of_stream = self._latest.setdefault(stream, {})
        latest, number = of_stream.get(connection), answer["seq"]
        if latest is None:
            self.forget(stream, but=CONNECTIONS - 1)
        if latest is None or latest.sequence < number:
            of_stream[connection] = Stored(number, publication[2].get("Nats-Msg-Id", ""))


class _Batch:
    """What was published together, and what became of each so far."""

    def __init__(self, publications: Sequence[Publication]) -> None:
        self.publications = publications
        self.outcomes: list[Outcome] = [TimeoutError("no acknowledgement") for _ in publications]
        self.all_settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._left = set(range(len(publications)))

    def settle(self, index: int, outcome: Outcome) -> None:
        self.outcomes[index] = outcome
        self._left.discard(index)
        if not self._left and not self.all_settled.done():
            self.all_settled.set_result(None)


def _outcome(answer: dict[str, Any] | None) -> Outcome:
    """No answer is the server's own: nobody listens to the subject."""
    if not answer:
        return NoRespondersError()
    if "seq" in answer and "error" not in answer:
        return None
    error = answer.get("error", {})
    number, text = error.get("err_code"), error.get("description", "no reason given")
    refused = error.get("code") == BAD_REQUEST and number != SEALED
    return (RefusedError if refused or number == ROLLUP_NOT_PERMITTED else NotStoredError)(text)
