"""What there is to know about one process of the environment before it runs."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

Probe = Callable[[], Awaitable[bool]]
"""Answers whether a process does its work now; False or an OSError means not yet."""


class Stage(IntEnum):
    """The order in which processes stop: first who takes requests, last who keeps the data."""

    GATEWAY = 0
    SERVICE = 1
    STORE = 2

    @property
    def patience(self) -> float:
        """Seconds a process of this stage has for stopping by itself; all together under 10."""
        return {Stage.GATEWAY: 1.5, Stage.SERVICE: 3.5, Stage.STORE: 3.5}[self]


@dataclass(frozen=True, slots=True)
class Process:
    """One process: how to start it, how to tell that it is ready, how to stop it."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    port: int
    stage: Stage
    ready: Probe
    alive: Probe | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    # What the kernel sends it when the supervisor itself is killed.
    orphan_signal: signal.Signals = signal.SIGKILL
