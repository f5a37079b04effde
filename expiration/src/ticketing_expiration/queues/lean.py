"""Redis' client without what it takes along where it finds it: see `ticketing_common.lean`."""

from ticketing_common.lean import without

with without("cryptography"):  # to ask whether a server's certificate was revoked
    import redis.asyncio  # noqa: F401
