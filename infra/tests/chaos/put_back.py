"""One service's database comes back from a backup, as an operator brings it back."""

import asyncio
from contextlib import ExitStack, suppress
from pathlib import Path

from fastapi import FastAPI

from infra.tests.chaos.books import TICKETING
from infra.tests.chaos.data import restore
from infra.tests.chaos.stack import ChaosStack
from infra.tests.chaos.upgrade import replicas
from infra.tests.chaos.waiting import StackError
from infra.tests.holding import kept_away
from ticketing_common.events.connecting import connected
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.service_command import closed, service_app, service_settings, until_prepared

TIMEOUT = 120.0  # seconds


def database_of(stack: ChaosStack, service: str) -> tuple[str, str, Path]:
    """Its process, its folder, and where its backup is."""
    return f"{service}-mongo", f"mongo/{service}", stack.data / f"{service}-backup"


async def put_back(stack: ChaosStack, service: str) -> None:
    """Stop the service, put the backup in its database's place, let it hear what was told since,
    and start it. Raises `StackError` where it could not."""
    with ExitStack() as away:
        for name in replicas(service):
            pid = kept_away(lambda name=name: stack.state()[name]["pid"])  # type: ignore[misc]
            await asyncio.to_thread(away.enter_context, pid)
        await _tell_the_rest(stack, service)
        await restore(stack, *database_of(stack, service))
        await _hear_again(stack, service)


async def _tell_the_rest(stack: ChaosStack, service: str) -> None:
    """What was never told is lost with a database, and has to be: here all of it was."""
    data = str(stack.data)
    async with closed(service_app(service, data)) as app:
        async with asyncio.timeout(TIMEOUT):  # its database may be slow, by another fault
            while not await _prepared(app):
                pass
        async with connected(service_settings(service, data)) as stream:
            for store in app.state.stores.values():
                if store.document.publishes:
                    await Relay(store.outbox, Publisher(stream)).drain()


async def _prepared(app: FastAPI) -> bool:
    with suppress(TimeoutError):
        await until_prepared(app)
        return True
    return False


async def _hear_again(stack: ChaosStack, service: str) -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        str(TICKETING), "restore", service, "--data", str(stack.data), stdout=pipe, stderr=pipe
    )
    out, error = await asyncio.wait_for(process.communicate(), TIMEOUT)
    if process.returncode:
        raise StackError(f"{service} was not restored: {out.decode()}{error.decode()}")
