"""The list of cases: opened once each, counted for whoever watches, resolved by a person."""

import asyncio
import logging
from contextlib import suppress
from hashlib import sha256

from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.logs import reason
from ticketing_common.store import AlreadyExistsError, Store
from ticketing_common.types import now
from ticketing_payments.models.case import Case, CaseKind

logger = logging.getLogger(__name__)

OPEN = {"resolvedAt": None}
COUNT_INTERVAL = 5.0  # seconds
MOST_COUNTED = 1000  # more than anybody looks at
LONGEST = 500  # characters of what is said about a case


class Cases:
    """`known` is the number of open ones when last counted (1000 is "or more"); None before."""

    def __init__(self, store: Store[Case]) -> None:
        self.store = store
        self.known: int | None = None

    async def open(
        self, kind: CaseKind, subject: str, order_id: str | None = None, said: str = ""
    ) -> bool:
        """Ask a person to look, once; False where one has done so, and has resolved it."""
        id = _id(kind, subject)
        if known := await self.store.find_id(id):
            return known.resolved_at is None
        case = Case(
            id=id,
            kind=kind,
            subject=subject,
            order_id=order_id,
            said=said[:LONGEST],
            opened_at=now(),
        )
        with suppress(AlreadyExistsError):  # another replica was faster, and has logged it
            await self.store.save(case)
            extra = {"case": id, "kind": kind, "subject": subject, "order": order_id}
            logger.error("a person has to look", extra=extra)
        return True

    async def run(self) -> None:
        """Count the open ones now and then, so that asking costs nothing."""
        while True:
            try:
                self.known = len(await self.store.find(OPEN, limit=MOST_COUNTED))
            except ServiceUnavailableError as error:
                logger.info("cases were not counted", extra={"reason": reason(error)})
            await asyncio.sleep(COUNT_INTERVAL)


def _id(kind: CaseKind, subject: str) -> str:
    return sha256(f"{kind}/{subject}".encode()).hexdigest()[:24]
