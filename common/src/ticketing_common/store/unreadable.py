"""Documents that can't be read, each in the log once: lists meet them again and again."""

import logging
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ticketing_common.errors import UnreadableDocumentError

logger = logging.getLogger(__name__)

MOST_REMEMBERED = 1000  # of them; the oldest is forgotten, and is in the log again if met again


class Unreadable:
    """The unreadable documents that this process has met in one collection."""

    def __init__(self, collection: str) -> None:
        self._collection = collection
        self._met: dict[Any, None] = {}

    def meet(self, stored: Mapping[str, Any], error: ValidationError) -> UnreadableDocumentError:
        """What whoever asked for it is told; the log says which one and why, without its data."""
        id = str(stored["_id"])
        wrong = [
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        if id not in self._met:
            self._met[id] = None
            if len(self._met) > MOST_REMEMBERED:
                del self._met[next(iter(self._met))]
            logger.error(
                "unreadable",
                extra={"collection": self._collection, "document": id, "reason": "; ".join(wrong)},
            )
        return UnreadableDocumentError()
