"""Whether the stream lost its end: by the messages that are known to have stood where."""

from collections.abc import Sequence

from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from ticketing_common.events.confirms import Stored
from ticketing_common.events.stream import Stream
from ticketing_common.store.position import Mark, StreamPosition


async def position_now(stream: Stream) -> tuple[StreamPosition, int]:
    """Where the stream ends and what stands there, and the number of the first it still has."""
    info = await stream.info()
    assert info.created is not None  # noqa: S101 - the server always says
    last = info.state.last_seq
    here = StreamPosition(id=StreamPosition.ID, created=info.created, last_sequence=last)
    if (message := await _message_at(stream, last)) is None:
        return here, info.state.first_seq
    mark = Mark(created=here.created, sequence=last, message=message)
    return here.model_copy(update={"mark": mark}), info.state.first_seq


async def moved_back(
    stream: Stream, before: StreamPosition, stored: Sequence[Stored], here: StreamPosition
) -> bool:
    """Whether the stream is another one than before, or has lost its end since.

    A stream that was restored from a backup may have grown beyond what is remembered since: then
    another message has the number that is remembered. (Where none has it any more, it was discarded
    for its age, which is no sign of a loss.)

    What was lost may be younger than what is remembered. So the last messages that JetStream told
    this process it had stored (up to the moment before it was asked where it ends) have to be
    there, too.
    """
    for each in stored:
        if await _lost(stream, each, here):
            return True
    if here.created != before.created or here.last_sequence < before.last_sequence:
        return True
    mark = before.mark
    # A replica of an older version may have moved the position on without the mark: then the mark
    # is of a stream whose loss is dealt with already.
    if not mark or mark.created != before.created or mark.sequence > before.last_sequence:
        return False
    return await _message_at(stream, mark.sequence) not in (mark.message, None)


async def _lost(stream: Stream, stored: Stored, here: StreamPosition) -> bool:
    if here.last_sequence < stored.sequence:
        return True
    message = await _found(stream, stored.sequence)
    return message is not None and (message.headers or {}).get("Nats-Msg-Id", "") != stored.id


async def _message_at(stream: Stream, sequence: int) -> str | None:
    """What identifies the message with this number; None where there is none."""
    message = await _found(stream, sequence) if sequence else None
    if message is None:
        return None
    return f"{message.time} {message.subject} {(message.headers or {}).get('Nats-Msg-Id', '')}"


async def _found(stream: Stream, sequence: int) -> RawStreamMsg | None:
    try:
        return await stream.jetstream.get_msg(stream.name, sequence)
    except NotFoundError:
        return None
