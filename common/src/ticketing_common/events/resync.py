"""Telling a service's whole present state again."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ticketing_common.events.event import Event
from ticketing_common.store.store import Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Republisher:
    """Puts the events of every document's present state into its outbox again.

    Safe at any time: listeners know what they have heard, and a document that changes meanwhile
    tells its own news.
    """

    store: Store[Any]
    events: Callable[[Any], Sequence[Event]]

    async def run(self) -> int:
        """Return how many events were told again."""
        told = 0
        async for document in self.store.each():
            if events := self.events(document):
                await self.store.republish(document, *events)
                told += len(events)
        logger.warning(
            "told again", extra={"collection": self.store.document.collection, "events": told}
        )
        return told
