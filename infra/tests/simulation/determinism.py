"""One process, one seed, one world: time, chance and identity come from the simulation.

`install` has to be called before anything else is imported: many a module takes `time.time` along
as a default.
"""

import gc
import os
import random
import sys
import time
from datetime import datetime, tzinfo
from typing import Any

from infra.tests.simulation.loop import OWNER, SimulatedLoop

EPOCH = 1_780_000_000.0  # seconds since 1970: when every world begins

real_time, processor_time = time.perf_counter, time.process_time
real_entropy = os.urandom

_loop: list[SimulatedLoop] = []
_entropy = random.Random(0)


def install() -> None:
    """Put virtual time and repeatable chance in the place of the machine's own."""
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets of strings would differ from run to run
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, sys.orig_argv)
    gc.disable()  # a cycle's end would come at any moment; a world's process ends soon
    clock: Any = time
    clock.time = _wall
    clock.time_ns = lambda: int(_wall() * 1e9)
    clock.monotonic = clock.perf_counter = _elapsed
    clock.monotonic_ns = clock.perf_counter_ns = lambda: int(_elapsed() * 1e9)
    chance: Any = os
    chance.urandom = _entropy.randbytes
    random._urandom = _entropy.randbytes  # type: ignore[attr-defined]


def begin(seed: int, loop: SimulatedLoop) -> None:
    """Let a world begin: all that is drawn or numbered from here on follows from its seed."""
    import bson

    from ticketing_common import types
    from ticketing_stripe_fake import ids

    _loop[:] = [loop]
    _entropy.seed(f"entropy {seed}")
    random.seed(f"random {seed}")
    ids._random.seed(f"stripe {seed}")
    made: Any = bson.ObjectId
    made._inc, made._ObjectId__random, made._pid = 0, _entropy.randbytes(5), os.getpid()
    patched: Any = types
    patched.datetime = SimulatedDatetime


def _elapsed() -> float:
    return _loop[0].time() if _loop else 0.0


def _wall() -> float:
    return EPOCH + _elapsed() + OWNER.get().skew


class SimulatedDatetime(datetime):
    """`now` by the clock of whoever asks."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.fromtimestamp(_wall(), tz)
