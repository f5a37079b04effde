"""Stripe's library without what it takes along where it finds it: see `ticketing_common.lean`."""

from ticketing_common.lean import without

with without("httpx", "requests"):  # other HTTP clients than the one that `calls` takes
    import stripe  # noqa: F401
