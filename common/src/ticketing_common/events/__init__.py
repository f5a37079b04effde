"""The language the services speak to each other, and the stream it travels on."""

import sys

# nats-py takes aiohttp where it finds it, for websockets, which nobody here speaks: a fifth of the
# time in which a service starts, and of its memory 10 MiB. Whoever needs it can still import it.
if "aiohttp" not in sys.modules:
    sys.modules["aiohttp"] = None  # type: ignore[assignment]
    import nats.aio.transport  # noqa: F401

    del sys.modules["aiohttp"]
