"""What commands that act on behalf of a service have in common: its app, wired but not serving."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fastapi import FastAPI

from ticketing_common.environment import environment_of
from ticketing_common.settings import SettingsError

CONNECT_TIMEOUT = 10.0  # seconds


class CommandError(Exception):
    """What the command's user has to be told."""


def require_service(name: str) -> None:
    """Raise `CommandError` where no such service is installed."""
    if not name.isidentifier() or find_spec(f"ticketing_{name}") is None:
        raise CommandError(f"there is no service {name!r} here")


def service_app(name: str, data: str | None) -> FastAPI:
    """The service's app, with the stores that its running replicas have.

    `data` is the folder of the `ticketing up` that it runs in, None for this environment. Raises
    `CommandError` where the environment does not tell enough.
    """
    return app_of(name, service_settings(name, data))


def service_settings(name: str, data: str | None) -> Any:
    """The service's settings; as `service_app` otherwise."""
    try:
        environ = environment_of(name, data)
        return import_module(f"ticketing_{name}.config").Settings.from_environment(environ)
    except SettingsError as error:
        raise CommandError(str(error)) from None


def app_of(name: str, settings: Any) -> FastAPI:
    app: FastAPI = import_module(f"ticketing_{name}.app").create_app(settings)
    return app


@asynccontextmanager
async def closed(app: FastAPI) -> AsyncIterator[FastAPI]:
    """The app, with all that its creation opened closed in the end."""
    database = app.state.database
    try:
        yield app
    finally:
        for close in (*app.state.closing, *([database.close] if database else [])):
            await close()


async def until_prepared(app: FastAPI) -> None:
    """Raise `TimeoutError` where the service's database does not answer."""
    stores: list[Any] = list(app.state.stores.values())
    async with asyncio.timeout(CONNECT_TIMEOUT):
        await stores[0].database.prepare(stores)


def fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1
