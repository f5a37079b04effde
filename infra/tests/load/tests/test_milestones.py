import asyncio

import pytest

from infra.tests.load.milestones import Milestones

INSERT = {"operationType": "insert", "documentKey": {"_id": "1"}}
COMPLETE = {
    "operationType": "update",
    "documentKey": {"_id": "1"},
    "updateDescription": {"updatedFields": {"status": "complete"}},
}


async def test_what_has_been_seen_need_not_be_waited_for() -> None:
    """The database may tell before the saga asks."""
    seen = Milestones()
    seen.tell(INSERT, "orders")
    seen.tell(COMPLETE, "orders")

    known = await seen.reached("orders", "1")

    assert known <= await seen.reached("orders", "1", "complete")


async def test_what_has_not_been_seen_is_waited_for() -> None:
    """Another document's, or another database's, is not it."""
    seen = Milestones()
    seen.tell(INSERT, "payments")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(seen.reached("orders", "1"), 0.01)
