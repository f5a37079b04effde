"""One scrypt at the cost of a sign-in, in as many threads as auth has: what physics allows."""

import asyncio
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ticketing_auth.config import Settings

settings = Settings(JWT_KEY="0" * 32, MONGO_URI="mongodb://none/none")
pool = ThreadPoolExecutor(settings.SCRYPT_THREADS)


def _derive() -> str:
    n, r, p = settings.SCRYPT_N, settings.SCRYPT_R, settings.SCRYPT_P
    salt = os.urandom(16)
    # OpenSSL wants to be told how much it may take.
    memory = 128 * n * r * 2 + 128 * r * p
    return hashlib.scrypt(b"password", salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=32).hex()


async def derive(_: Request) -> JSONResponse:
    return JSONResponse({"hash": await asyncio.get_running_loop().run_in_executor(pool, _derive)})


app = Starlette(routes=[Route("/", derive, methods=["POST"])])
