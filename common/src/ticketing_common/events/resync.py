"""Telling a service's whole present state again."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ticketing_common.errors import VersionConflictError
from ticketing_common.events.event import Event
from ticketing_common.store.store import Store

logger = logging.getLogger(__name__)

AT_ONCE = 64  # documents


@dataclass(frozen=True)
class Republisher:
    """Puts what `tell` makes of every document, as it is now, into its outbox again.

    Safe at any time: listeners know what they have heard, and a document that changes meanwhile
    is told as it is then.
    """

    store: Store[Any]
    tell: Callable[[Any], Event | None]

    async def run(self) -> int:
        """Return how many events were told again."""
        told, page = 0, []
        async for document in self.store.each():
            page.append(document)
            if len(page) == AT_ONCE:
                told += await self._tell(page)
                page = []
        told += await self._tell(page)
        logger.warning(
            "told again", extra={"collection": self.store.document.collection, "events": told}
        )
        return told

    async def _tell(self, documents: list[Any]) -> int:
        return sum(await asyncio.gather(*map(self._tell_one, documents)))

    async def _tell_one(self, document: Any) -> bool:
        while event := self.tell(document):
            try:
                await self.store.republish(document, event)
                return True
            except VersionConflictError:  # not every change brings news of its own
                document = await self.store.get(document.id)
        return False
