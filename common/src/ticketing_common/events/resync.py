"""Publishing a service's whole present state again."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.events.event import Event
from ticketing_common.store.store import Store

logger = logging.getLogger(__name__)

AT_ONCE = 64  # documents
A_SECOND = 500  # documents: what is new goes through the same outbox, and the same listeners


@dataclass(frozen=True)
class Republisher:
    """Puts the event of every document, as it is now, into its outbox again.

    Safe at any time: listeners ignore what is not newer than what they have, and of a document
    that changes meanwhile goes out what it is then.
    """

    store: Store[Any]
    event_of: Callable[[Any], Event | None]  # None where there is nothing to say of a document

    async def run(self) -> int:
        """Return how many events these were."""
        count, page = 0, []
        async for document in self.store.each():
            page.append(document)
            if len(page) == AT_ONCE:
                count += await self._republish(page)
                page = []
        count += await self._republish(page)
        logger.warning(
            "published again", extra={"collection": self.store.document.collection, "events": count}
        )
        return count

    async def _republish(self, documents: list[Any]) -> int:
        pause = asyncio.sleep(len(documents) / A_SECOND)
        done, _ = await asyncio.gather(asyncio.gather(*map(self._republish_one, documents)), pause)
        return sum(done)

    async def _republish_one(self, document: Any) -> bool:
        id = document.id
        try:
            while event := self.event_of(document):
                try:
                    await self.store.republish(document, event)
                    return True
                except VersionConflictError:  # not every change has an event of its own
                    document = await self.store.get(id)
        except ServiceUnavailableError:
            raise
        except Exception:  # the others are published all the same
            collection = self.store.document.collection
            logger.exception("not published", extra={"collection": collection, "document": id})
        return False
