"""Redis under arq: fakeredis, which speaks its commands in this process."""

from typing import Any, ClassVar

import fakeredis
from arq.connections import ArqRedis
from fakeredis.aioredis import FakeRedisMixin


class Redis(FakeRedisMixin, ArqRedis):  # type: ignore[misc]  # both are of redis-py's own
    """What `ExpirationQueue` connects to; `server` is set before any connects."""

    fake: ClassVar[fakeredis.FakeServer]

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__(server=self.fake)


async def no_information(*_: Any) -> None:
    """fakeredis has no INFO, which arq only logs."""


def wipe(server: fakeredis.FakeServer) -> None:
    """All its data is gone."""
    with server.lock:
        for database in server.dbs.values():
            database.clear()
