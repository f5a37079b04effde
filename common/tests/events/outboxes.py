"""What tests of the outbox and its relay have in their hands."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from common.tests.conftest import Note, news
from ticketing_common.events.message import Message
from ticketing_common.events.relay import Relay
from ticketing_common.events.stream import Stream
from ticketing_common.store import Outbox, Store
from ticketing_common.store.document import object_id
from ticketing_common.store.outbox import Pending, entry
from ticketing_common.tasks import end
from ticketing_common.types import new_id


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        await end([task])


async def left_behind(
    notes: Store[Note],
    *,
    headers: dict[str, str] | None = None,
    subject: str = "ticket:updated",
    data: str | None = None,
) -> Any:
    """A document whose news another process left in the store."""
    note = await notes.save(Note(id=new_id(), slug=new_id()))
    raw = entry(Message.of(news(note)))
    raw |= {"headers": headers or {}, "subject": subject, "data": data or raw["data"]}
    key = object_id(note.id)
    await notes.database["notes"].update_one({"_id": key}, {"$set": {"outbox": [raw]}})
    return key


async def are_told(stream: Stream, number: int) -> bool:
    return (await stream.info()).state.messages == number


async def is_empty(notes: Store[Note]) -> bool:
    left: Sequence[Pending] = await Outbox(notes.database, "notes").pending(10)
    return not left
