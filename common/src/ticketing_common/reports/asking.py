"""Asking for a report's parts, each where it can be answered, within bounds."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from textwrap import shorten
from typing import ClassVar

from fastapi import FastAPI
from nats.errors import Error as NatsError

from ticketing_common.environment import environment_of
from ticketing_common.errors import CustomError
from ticketing_common.events.connecting import NotConnectedError, connected
from ticketing_common.events.stream import Stream
from ticketing_common.logs import reason
from ticketing_common.reports.report import STREAM, Part, Report
from ticketing_common.service_command import CommandError, closed, require_service, service_app
from ticketing_common.settings import NatsSettings, SettingsError

TIMEOUT = 10.0  # seconds for a service's part
STREAM_TIMEOUT = 40.0  # and for the stream's, which may have to be read
LONGEST = 160  # characters of what is wrong
NATS = {"NATS_CLUSTER_ID": "ticketing", "NATS_CLIENT_ID": "report"}


class Question(ABC):
    """What is asked of all: `services` in the order in which one may need another's ids."""

    services: ClassVar[tuple[str, ...]]

    @abstractmethod
    async def of_service(self, service: str, data: str | None, report: Report) -> Part: ...

    @abstractmethod
    async def of_stream(self, stream: Stream, report: Report) -> Part: ...

    def here(self) -> list[str]:
        """The parts that can be answered where these packages are installed."""
        installed = [name for name in self.services if find_spec(f"ticketing_{name}")]
        return [*installed, STREAM]

    async def ask(self, names: Iterable[str], data: str | None, report: Report) -> None:
        """Add these parts to the report; one that can't be had says why."""
        for name in names:
            if reports(name):
                import_module(f"ticketing_{name}.app")  # which takes a while, of nobody's time
            report.parts[name] = await self._part(name, data, report)

    def miss(self, report: Report) -> None:
        """Say of those that were not asked that they were not."""
        for name in (*self.services, STREAM):
            report.parts.setdefault(name, Part(silent="it could not be asked"))

    async def _part(self, name: str, data: str | None, report: Report) -> Part:
        try:
            async with asyncio.timeout(STREAM_TIMEOUT if name == STREAM else TIMEOUT):
                if name != STREAM:
                    require_service(name)
                    return await self.of_service(name, data, report)
                async with _stream(data) as stream:
                    return await self.of_stream(stream, report)
        except TimeoutError:
            return Part(silent="it does not answer in time")
        except (CommandError, SettingsError) as error:
            return Part(silent=" ".join(str(error).split()))
        except (CustomError, NatsError) as error:
            return Part(silent=shorten(reason(error), LONGEST))


def reports(name: str) -> bool:
    """Whether this is a service that is installed here, and has something to tell."""
    return bool(find_spec(f"ticketing_{name}") and find_spec(f"ticketing_{name}.report"))


@asynccontextmanager
async def service(name: str, data: str | None) -> AsyncIterator[FastAPI]:
    """The service's app, to read by. Raises `CommandError` as `service_app` does."""
    async with closed(service_app(name, data)) as app:
        if database := app.state.database:
            database.prepared = True  # nothing is written, so nothing rests on the indexes
        yield app


@asynccontextmanager
async def _stream(data: str | None) -> AsyncIterator[Stream]:
    """As whom the environment says; only the operator may see all. Raises `CommandError` where
    NATS does not let it in."""
    environ = {**NATS, **environment_of("orders", data)}
    try:
        async with connected(NatsSettings.from_environment(environ)) as stream:
            yield stream
    except NotConnectedError as error:
        raise CommandError(str(error)) from None
