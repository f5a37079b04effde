"""Accounts that a backup does not know, though the other services do."""

import sys
from collections.abc import Iterable, Iterator
from itertools import islice

from fastapi import FastAPI

from ticketing_auth.config import Settings
from ticketing_auth.models.user import User
from ticketing_common.restoring.past import Outcome
from ticketing_common.service_command import until_prepared

AT_ONCE = 500  # accounts looked for at a time


async def restore(app: FastAPI, _: Settings) -> Outcome:
    """What auth stores is told to nobody, so it can't come back: name who has tickets or orders and
    no account any more. Their ids are read from standard input, as `ticketing owners` prints
    them. Raises `TimeoutError` where the database does not answer."""
    outcome, users = Outcome(), app.state.stores[User]
    await until_prepared(app)
    for ids in _batches(line.strip() for line in sys.stdin):
        known = await users.find_ids(ids)
        outcome.left_out += [
            f"user {id}, who has no account any more" for id in ids if id not in known
        ]
    return outcome


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    ids = iter(filter(None, lines))
    while batch := list(islice(ids, AT_ONCE)):
        yield batch
