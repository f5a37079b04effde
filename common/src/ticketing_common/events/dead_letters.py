"""Messages no listener could digest: kept, visible, and replayed when the reason is gone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from nats.aio.msg import Msg
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from ticketing_common.events.listener import AnyListener
from ticketing_common.events.stream import Stream

MAX_TRACEBACK = 8000  # characters
MAX_REASON = 1000
MAX_HEADERS = 64 * 1024  # bytes, all of them together: a character may take four


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A kept message; `number` is what the commands call it by."""

    number: int
    listener: str
    subject: str
    reason: str
    traceback: str
    since: datetime | None
    data: bytes


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
            "Ticketing-Reason": _one_line(reason)[:MAX_REASON],
            "Ticketing-Traceback": _one_line(trace)[-MAX_TRACEBACK:],
            "Nats-Msg-Id": f"{listener.durable}/{sequence}/{message.metadata.timestamp}",
        }
        subject = f"{self.stream.dead_letters}.{listener.queue_group}"
        room = self.stream.client.max_payload - MAX_HEADERS
        await self.stream.publish(subject, message.data[:room], headers)

    async def count(self, queue_group: str = "*") -> int:
        """How many there are of one service's listeners, or of all."""
        name = self.stream.dead_letters
        info = await self.stream.jetstream.stream_info(name, f"{name}.{queue_group}")
        return sum((info.state.subjects or {}).values())

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
        """Put it back on the stream, for every listener of its subject, then drop it."""
        letter = await self.get(number)
        headers = {"Nats-Msg-Id": f"replay/{number}/{letter.since}"}
        await self.stream.publish(letter.subject, letter.data, headers)
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
        subject=headers.get("Ticketing-Subject", ""),
        reason=_lines(headers.get("Ticketing-Reason", "")),
        traceback=_lines(headers.get("Ticketing-Traceback", "")),
        since=raw.time,
        data=raw.data or b"",
    )


def _one_line(text: str) -> str:
    """A header is one line of ASCII."""
    return text.encode("unicode_escape").decode("ascii")


def _lines(text: str) -> str:
    return text.encode("ascii", "replace").decode("unicode_escape", "replace")
