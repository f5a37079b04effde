"""Libraries that take along whatever they find, imported without what nobody here uses.

Of a laptop's environment that is a third of a service's start, and of its memory 20 MiB; images
have less of it. Whoever needs one of these packages can still import it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """What is imported meanwhile does not find these packages, unless they are there already."""
    hidden = [name for name in packages if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with without("aiohttp"):  # for websockets
    import nats.aio.transport  # noqa: F401
with without("cryptography"):  # to ask whether MongoDB's certificate was revoked
    import pymongo  # noqa: F401
with without("cryptography", "rsa"):  # for other signatures than sessions have
    import jose.jwt  # noqa: F401
