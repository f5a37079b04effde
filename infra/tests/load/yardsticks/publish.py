"""A message published to JetStream and acknowledged, on the stack's own server."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import nats
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

DATA = b'{"id":"0123456789abcdef01234567","title":"A concert","price":19.99,"version":0}'


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    client = await nats.connect(os.environ["NATS_URL"])
    app.state.jetstream = jetstream = client.jetstream()
    await jetstream.add_stream(
        name="yardstick", subjects=["yardstick"], max_bytes=64 * 2**20, duplicate_window=120
    )
    yield
    await jetstream.delete_stream("yardstick")
    await client.close()


async def publish(request: Request) -> JSONResponse:
    headers = {"Nats-Msg-Id": uuid4().hex}
    stored = await request.app.state.jetstream.publish("yardstick", DATA, headers=headers)
    return JSONResponse({"sequence": stored.seq}, 201)


app = Starlette(routes=[Route("/", publish, methods=["POST"])], lifespan=lifespan)
