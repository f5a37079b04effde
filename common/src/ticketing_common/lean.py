"""Imports libraries while optional packages, which they would import if installed and which we
don't use, are hidden. Whoever needs one of these can still import it.

On a laptop, where one environment has the packages of all services, tickets begins with 60 MiB
instead of 79 (measured, with what follows and nats-py's aiohttp), payments with 70 instead of 79;
in images less of it is there to be found.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """Inside of `with` it, importing one of these raises `ModuleNotFoundError`, unless it was
    imported before. Not for use while another thread imports."""
    hidden = [name for name in packages if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with without("aiohttp"):  # it would be for websockets
    import nats.aio.transport  # noqa: F401
with without("cryptography"):  # to ask whether a certificate was revoked
    import pymongo  # noqa: F401
with without("cryptography", "rsa"):  # for other signatures than sessions have
    from jose import JWTError as JWTError
    from jose import jwt as jwt

# FastAPI asks of every route's annotations whether they are models of Pydantic 1, and imports all
# of that for it: 2 MiB and 50 ms. Routes are made in many modules, so it stays hidden.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]
