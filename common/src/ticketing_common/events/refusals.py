"""What the stream does not take of an outbox: tried again, and set aside in the end."""

import asyncio
import logging
from typing import Any

from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.events.confirms import RefusedError
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.held import Held
from ticketing_common.events.message import Message
from ticketing_common.events.publisher import Publisher
from ticketing_common.logs import reason
from ticketing_common.store.outbox import Outbox, Pending, Unreadable

logger = logging.getLogger(__name__)

MAX_REFUSALS = 5  # of one message, over a quarter of a minute; then it is a dead letter
AT_ONCE = 200  # documents


class Refusals:
    """Sees to the documents that are held: tries the oldest message of each again, by itself.

    What was refused five times, and what can't be read, becomes a dead letter of `owner`; later
    ones of its document go on without it. An outage is no refusal, and is waited out.
    """

    def __init__(self, outbox: Outbox, publisher: Publisher, held: Held, owner: str) -> None:
        self.outbox = outbox
        self.publisher = publisher
        self.held = held
        self.owner = owner
        self.dead_letters = DeadLetters(publisher.stream)

    def hold(self, document: Any, message: Message, failure: Exception) -> int:
        """Let a document wait; return how often this message of it was refused."""
        refused = isinstance(failure, RefusedError)
        refusals = self.held.add(document, message.id, refused=refused)
        logger.warning(
            "the stream refused a message" if refused else "a message got no answer",
            extra={**self._about(document), "refusals": refusals, "reason": reason(failure)},
        )
        return refusals

    async def retry(self) -> None:
        """Wait for the next documents that are due, and try each."""
        due = await self.held.due(AT_ONCE)
        page = await self.outbox.pending(AT_ONCE, only=due)
        for document in {*due} - {each.document for each in page}:
            self.held.release(document)  # another replica was faster
        await asyncio.gather(*map(self._try, page))

    async def _try(self, pending: Pending) -> None:
        document = pending.document
        try:
            for entry in pending.unreadable:
                await self._set_aside(document, entry, "this entry of an outbox can't be read")
            for message in pending.messages[:1]:
                [failure] = await self.publisher.send([message])
                if failure is None:
                    await self.outbox.remove([Pending(document, [message])])
                elif self.hold(document, message, failure) < MAX_REFUSALS:
                    return
                else:
                    await self._set_aside(document, message, str(failure))
            self.held.release(document)
        except ServiceUnavailableError as error:
            self.held.postpone(document)
            logger.warning(
                "could not see to it", extra={**self._about(document), "reason": reason(error)}
            )

    async def _set_aside(self, document: Any, entry: Message | Unreadable, reason: str) -> None:
        place = f"{self.outbox.name}/{document}"
        whole = await self.dead_letters.set_aside(
            self.owner, entry.subject, entry.data, reason, place
        )
        await self.outbox.set_aside(document, entry, kept_elsewhere=whole)
        logger.error("dead letter", extra={**self._about(document), "reason": reason})

    def _about(self, document: Any) -> dict[str, str]:
        return {"outbox": self.outbox.name, "document": str(document)}
