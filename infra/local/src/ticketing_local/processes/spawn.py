"""Starting a process so that it dies with the supervisor, but not by the terminal's Ctrl-C."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from ticketing_local.processes.process import Process, Stage

_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Child:
    """A started process, and what it and those it starts write."""

    process: asyncio.subprocess.Process
    output: asyncio.StreamReader
    pipe: asyncio.ReadTransport


async def spawn(process: Process) -> Child:
    """Start it as the leader of a session of its own, its output in one pipe.

    Raises OSError if it can't be started.
    """
    # Not asyncio's own pipe: with that one, waiting for the process means waiting for everyone
    # who has the pipe, such as the worker that a killed NGINX leaves behind.
    reading, writing = os.pipe()
    output = asyncio.StreamReader()
    pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(output), os.fdopen(reading, "rb", 0)
    )
    try:
        child = await asyncio.create_subprocess_exec(
            *process.argv,
            env=dict(process.env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_in_child(process, os.getpid()),
        )
    except BaseException:
        pipe.close()
        raise
    finally:
        os.close(writing)
    return Child(child, output, pipe)


def signal_session(leader: int, number: signal.Signals) -> None:
    """Send a signal to a process and to those it started, as far as there are any left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, number)


def _in_child(process: Process, parent: int) -> Callable[[], None] | None:
    """What a child does before it becomes the program; nothing where there is no Linux."""
    prctl = _prctl
    if prctl is None:
        return None

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, int(process.orphan_signal))
        if os.getppid() != parent:  # it died before it could be watched
            os._exit(1)
        if process.stage is Stage.STORE:
            # Woken by a request, a store would push the service aside that is about to send more.
            with contextlib.suppress(OSError):  # a container may forbid it
                os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))

    return prepare
