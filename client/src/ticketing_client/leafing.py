"""Where a list goes on, as an address says it."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from pydantic import AfterValidator

from ticketing_client.transport import ApiRefusedError

T = TypeVar("T")

ROWS_A_PAGE = 50  # of one's own tickets or orders
CURSOR = re.compile(r"[\w-]{1,1200}", re.ASCII)  # of the API's; anything else is a typing error
# Where a list goes on; from its start where what was sent is none.
Cursor = Annotated[str, AfterValidator(lambda sent: sent if CURSOR.fullmatch(sent) else "")]


async def leaf(look: Callable[[str], Awaitable[T]], cursor: str) -> T:
    """The part of a list at this cursor, or its first where the cursor is of another list."""
    try:
        return await look(cursor)
    except ApiRefusedError as error:
        if error.status != 400 or not cursor:
            raise
        return await look("")
