"""Messages no listener could handle, and those that the stream refused: kept, visible, and replayed
when the reason is gone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from nats.aio.msg import Msg
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from ticketing_common.events.confirms import RefusedError
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.message import wire_size
from ticketing_common.events.stream import BrokerUnavailableError, Stream

MAX_TRACEBACK = 8000  # characters; less where a server takes little, so that all headers fit
MAX_REASON = 1000


class NotReplayableError(Exception):
    """It can't be put back on the stream; the text says why."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A kept message; `number` is what the commands call it by. `cut` says how long it was, and
    where all of it is, if anywhere, where not all of it could be kept."""

    number: int
    listener: str
    subject: str
    reason: str
    traceback: str
    since: datetime | None
    data: bytes
    cut: str = ""


class DeadLetters:
    """The stream of dead letters, the same for all services."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    async def keep(self, message: Msg, listener: AnyListener, reason: str, trace: str) -> None:
        """Store a message for good; the same one twice is kept once.

        What the stream has no room for beside the headers is cut off: no event is that long.
        Raises `BrokerUnavailableError`; the caller then leaves the message where it is.
        """
        sequence = message.metadata.sequence.stream
        headers = {
            "Ticketing-Listener": listener.durable,
            "Ticketing-Subject": message.subject,
            "Ticketing-Reason": _one_line(reason)[: self._share(MAX_REASON)],
            "Ticketing-Traceback": _one_line(trace)[-self._share(MAX_TRACEBACK) :],
            "Nats-Msg-Id": f"{listener.durable}/{sequence}/{message.metadata.timestamp}",
        }
        await self._store(listener.queue_group, message.data, headers, place="")

    async def set_aside(
        self, owner: str, subject: str, data: bytes, reason: str, place: str
    ) -> bool:
        """Store what an outbox can't get rid of; return whether there was room for all of it.

        `place` is where the rest stays otherwise. Raises `BrokerUnavailableError`.
        """
        headers = {
            "Ticketing-Listener": f"{owner} outbox",
            "Ticketing-Subject": _one_line(subject)[: self._share(MAX_REASON)],
            "Ticketing-Reason": _one_line(reason)[: self._share(MAX_REASON)],
            "Nats-Msg-Id": f"outbox/{sha256(place.encode() + data).hexdigest()}",
        }
        return await self._store(owner, data, headers, place)

    async def _store(self, owner: str, data: bytes, headers: dict[str, str], place: str) -> bool:
        limit = self.stream.client.max_payload
        fits = wire_size(data, headers) <= limit
        if not fits:
            headers["Ticketing-Cut"] = f"{len(data)} bytes {place}".rstrip()
            data = data[: max(limit - wire_size(b"", headers), 0)]
        await self.stream.publish(f"{self.stream.dead_letters}.{owner}", data, headers)
        return fits

    def _share(self, most: int) -> int:
        """How much of a server's limit one header may take, all of them then leaving room."""
        return min(most, self.stream.client.max_payload // 8)

    async def count(self, queue_group: str = "*") -> int:
        """How many there are of one service's listeners, or of all."""
        return sum((await self.counts(queue_group)).values())

    async def counts(self, queue_group: str = "*") -> dict[str, int]:
        """How many there are by the queue group whose they are."""
        name = self.stream.dead_letters
        info = await self.stream.jetstream.stream_info(name, f"{name}.{queue_group}")
        subjects = info.state.subjects or {}
        return {subject.removeprefix(f"{name}."): count for subject, count in subjects.items()}

    async def list(self) -> AsyncIterator[DeadLetter]:
        state = (await self.stream.jetstream.stream_info(self.stream.dead_letters)).state
        for number in range(max(state.first_seq, 1), state.last_seq + 1):
            try:
                yield await self.get(number)
            except NotFoundError:  # dropped
                continue

    async def get(self, number: int) -> DeadLetter:
        """Raise nats-py's `NotFoundError` where there is none of that number."""
        raw = await self.stream.jetstream.get_msg(self.stream.dead_letters, number)
        return _dead_letter(number, raw)

    async def replay(self, number: int) -> None:
        """Put it back on the stream, for every listener of its subject, then drop it.

        Raises `NotReplayableError` where it is no whole message, or the stream won't take it.
        """
        letter = await self.get(number)
        if letter.cut or not letter.subject:
            raise NotReplayableError(f"is no whole message{letter.cut and ': it had '}{letter.cut}")
        headers = {"Nats-Msg-Id": f"replay/{number}/{letter.since}"}
        [failure] = await self.stream.publish_all([(letter.subject, letter.data, headers)])
        if isinstance(failure, RefusedError):
            raise NotReplayableError(f"is refused by the stream: {failure}")
        if failure:
            raise BrokerUnavailableError from failure
        await self.drop(number)

    async def drop(self, number: int) -> None:
        """Raise nats-py's `NotFoundError` where there is none of that number."""
        await self.get(number)
        await self.stream.jetstream.delete_msg(self.stream.dead_letters, number)


def _dead_letter(number: int, raw: RawStreamMsg) -> DeadLetter:
    headers = raw.headers or {}
    return DeadLetter(
        number=number,
        listener=headers.get("Ticketing-Listener", ""),
        subject=_lines(headers.get("Ticketing-Subject", "")),
        reason=_lines(headers.get("Ticketing-Reason", "")),
        traceback=_lines(headers.get("Ticketing-Traceback", "")),
        since=raw.time,
        data=raw.data or b"",
        cut=headers.get("Ticketing-Cut", ""),
    )


def _one_line(text: str) -> str:
    """A header is one line of ASCII."""
    return text.encode("unicode_escape").decode("ascii")


def _lines(text: str) -> str:
    return text.encode("ascii", "replace").decode("unicode_escape", "replace")
