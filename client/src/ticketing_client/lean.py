"""httpx without what it takes along where it finds it: see `ticketing_common.lean`."""

from ticketing_common.lean import without

with without("rich", "pygments"):  # for its command line
    import httpx  # noqa: F401
