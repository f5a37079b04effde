"""Ways to take a part out of the watch over the stream, in the process that is about to be one."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from nats.js.api import ConsumerInfo

from ticketing_common.events import marks, watch
from ticketing_common.events.confirms import Stored
from ticketing_common.events.gaps import Comparison
from ticketing_common.events.stream import Stream
from ticketing_common.events.watch import StreamWatch
from ticketing_common.store.position import StreamPosition

BUSY = 1.0  # seconds between two questions, at most


def question_order() -> None:
    """The stream is asked first, and what is remembered afterwards, when there was other work."""
    poll, position_now = StreamWatch.poll, marks.position_now
    watch.INTERVAL = 0.2  # or it would take minutes
    asked: ContextVar[Any] = ContextVar("asked")  # each watch is a task of its own

    async def busy(self: StreamWatch) -> StreamPosition:
        asked.set(await position_now(self.stream))
        await asyncio.sleep(random.uniform(0, BUSY))
        return await poll(self)

    async def earlier(_: Stream) -> Any:
        return asked.get()

    StreamWatch.poll = busy  # type: ignore[method-assign]
    vars(watch)["position_now"] = earlier


def gaps() -> None:
    """Whatever was discarded counts as heard."""

    def all_heard(
        _: StreamPosition, infos: dict[str, ConsumerInfo | None], first: int, last: int
    ) -> Comparison:
        return Comparison(dict.fromkeys(infos, last))

    vars(watch)["compare"] = all_heard


def marks_of_messages() -> None:
    """Only how long the stream was is remembered, not what stood at its end."""

    async def nothing(_: Stream, __: int) -> None:
        return None

    async def shorter(_: Stream, stored: Stored, here: StreamPosition) -> bool:
        return here.last_sequence < stored.sequence

    vars(marks)["_message_at"] = nothing
    vars(marks)["_lost"] = shorter


def stored_messages() -> None:
    """That a message was told to be stored is no reason to look for it."""
    _moved_back_for(lambda _: ())


def stored_of_each_connection() -> None:
    """Only the last one that was told to be stored is looked for, of whichever connection."""
    _moved_back_for(lambda stored: stored[-1:])


def _moved_back_for(known: Callable[[Sequence[Stored]], Sequence[Stored]]) -> None:
    moved_back = marks.moved_back

    async def forgetful(
        stream: Stream, before: StreamPosition, stored: Sequence[Stored], here: StreamPosition
    ) -> bool:
        return await moved_back(stream, before, known(stored), here)

    vars(watch)["moved_back"] = forgetful
