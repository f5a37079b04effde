"""Starting and stopping: settings, background work, signals."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from starlette.types import ASGIApp

from ticketing_common.logs import configure_logs
from ticketing_common.server import Server, server_config
from ticketing_common.settings import Settings, SettingsError
from ticketing_common.tracing import spans

logger = logging.getLogger(__name__)

S = TypeVar("S", bound=Settings)

STOP_TIMEOUT = 8.0  # seconds for background work once no request is left: all is done in 30 s
EXIT_CONFIG = 78  # sysexits.h: EX_CONFIG


def run(service: str, settings: type[S], create_app: Callable[[S], ASGIApp]) -> None:
    """A service's whole life: read the environment, serve until SIGTERM or SIGINT, drain.

    Exits with 78 and one message naming everything wrong where the environment is not complete.
    """
    try:
        configured = settings.from_environment()
        spans.configure(service, os.environ)
    except SettingsError as error:
        sys.exit(_complain(f"{service}: {error}"))
    configure_logs(service, configured.LOG_LEVEL)
    app = create_app(configured)
    gc.collect()
    gc.freeze()  # what was imported is here to stay: no need to look through it again
    gc.set_threshold(20_000, 20, 50)  # requests leave few cycles behind: a twentieth of the CPU
    with suppress(KeyboardInterrupt):  # uvicorn raises again what it has obeyed
        Server(server_config(app, configured)).run()


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return EXIT_CONFIG


@asynccontextmanager
async def running(
    work: Mapping[str, Coroutine[Any, Any, None]],
    steps: Mapping[str, Coroutine[Any, Any, None]] | None = None,
) -> AsyncIterator[None]:
    """Background work beside a service, by name, stopped at the end.

    If any of it ends before, whether it raised, returned or was cancelled by somebody else, the
    process is told to stop: half a service is worse than a restart. The `steps` of a start may
    return.
    """
    tasks = {asyncio.create_task(each, name=name): _ended for name, each in work.items()}
    for name, step in (steps or {}).items():
        tasks[asyncio.create_task(step, name=name)] = _step_ended
    for task, ended in tasks.items():
        task.add_done_callback(ended)
    try:
        yield
    finally:
        for task, ended in tasks.items():
            task.remove_done_callback(ended)
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_TIMEOUT)
            for task in late:
                logger.error("did not stop in time", extra={"task": task.get_name()})


def _step_ended(task: "asyncio.Task[None]") -> None:
    if task.cancelled() or task.exception():
        _ended(task)


def _ended(task: "asyncio.Task[None]") -> None:
    error = None if task.cancelled() else task.exception()
    how = "was cancelled" if task.cancelled() else "failed" if error else "returned"
    logger.critical(
        "background work ended: stopping the service",
        exc_info=error,
        extra={"task": task.get_name(), "ended": how},
    )
    os.kill(os.getpid(), signal.SIGTERM)
