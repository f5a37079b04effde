"""A document read and a document written with nothing but the driver in between.

The server is the stack's own, with the services' guarantees: a journalled majority.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any

from bson import ObjectId
from pymongo import AsyncMongoClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    client: Any = AsyncMongoClient(
        os.environ["MONGO_URI"], w="majority", journal=True, readConcernLevel="majority"
    )
    app.state.things = things = client["yardstick"]["things"]
    await things.delete_many({})
    ids = [ObjectId() for _ in range(1000)]
    await things.insert_many([{"_id": id, "title": "A thing", "price": 19.99} for id in ids])
    app.state.ids = cycle(ids)
    yield
    await client.close()


async def find_one(request: Request) -> JSONResponse:
    state = request.app.state
    found = await state.things.find_one({"_id": next(state.ids)})
    return JSONResponse({"id": str(found["_id"]), "title": found["title"]})


async def insert_one(request: Request) -> JSONResponse:
    thing = {"title": "A thing", "price": 19.99, "version": 0}
    done = await request.app.state.things.insert_one(thing)
    return JSONResponse({"id": str(done.inserted_id)}, 201)


ROUTES = [Route("/find", find_one), Route("/insert", insert_one, methods=["POST"])]
app = Starlette(routes=ROUTES, lifespan=lifespan)
