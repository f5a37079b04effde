"""An event loop with a virtual clock, whose next step a seed decides.

Every simulated process (an `Owner`) has a queue of its own that is worked off in order, as a real
event loop does; which process goes next is drawn. Nothing ever waits: where nobody is ready, the
clock moves to the next timer. Whom a step belongs to is in its context, so that all that one
process ever started can be frozen, or dropped as by `kill -9`, without running a `finally`.
"""

import asyncio
import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

from infra.tests.simulation.steps import SimulatedFuture, SimulatedTask, Step

T = TypeVar("T")

STEP = 20e-6  # seconds that a step takes
EXECUTOR_DELAY = 2e-3  # seconds that work in a thread takes


class Owner:
    """A process: what is ready to run in it, and how wrong its clock is (in seconds)."""

    def __init__(self, name: str, skew: float = 0.0) -> None:
        self.name = name
        self.skew = skew
        self.dead = False
        self.frozen = False
        self.ready: deque[Step] = deque()

    def context(self) -> Context:
        """A context whose steps are this process's."""
        context = Context()
        context.run(OWNER.set, self)
        return context


WORLD = Owner("world")
OWNER: ContextVar[Owner] = ContextVar("owner", default=WORLD)


class SimulatedLoop(asyncio.BaseEventLoop):
    """`steps` counts what was run; `fingerprint` tells two runs apart.

    A world makes a hundred thousand steps, so what each of them needs is written out here.
    """

    def __init__(self, seed: int | str) -> None:
        super().__init__()
        self.steps = 0
        self.failures: list[BaseException] = []  # of callbacks, which a loop only logs
        self.fingerprint = 0
        self._dice = random.Random(f"loop {seed}")
        self._virtual = 0.0
        self._timers: list[tuple[float, int, Step]] = []
        self._runnable: list[Owner] = []
        self._world = WORLD.context()
        self.next_number = itertools.count(1).__next__

    def time(self) -> float:
        return self._virtual

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Step:
        if context is None:
            context = copy_context()
        step = Step(self._virtual, callback, args, context)
        self._make_ready(step)
        return step

    call_soon_threadsafe = call_soon  # type: ignore[assignment]  # there is only one thread

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> Step:
        return self.call_at(self._virtual + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> Step:
        if context is None:
            context = copy_context()
        step = Step(when, callback, args, context)
        heapq.heappush(self._timers, (when, self.next_number(), step))
        return step

    def in_world(self, delay: float, callback: Callable[..., object], *args: Any) -> None:
        """Call back later, whatever becomes of the process that is running now."""
        when = self._virtual + delay
        step = Step(when, callback, args, self._world)
        heapq.heappush(self._timers, (when, self.next_number(), step))

    def create_future(self) -> SimulatedFuture:
        return SimulatedFuture(loop=self)

    def create_task(  # type: ignore[override]
        self, coro: Any, *, name: str | None = None, context: Context | None = None
    ) -> SimulatedTask:
        return SimulatedTask(coro, loop=self, name=name, context=context)

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """Threads are not simulated: it is done at once, and answered a little later."""
        future = self.create_future()

        def done() -> None:
            if not future.cancelled():
                try:
                    future.set_result(func(*args))
                except Exception as error:  # noqa: BLE001 - it is raised where it is awaited
                    future.set_exception(error)

        self.call_later(EXECUTOR_DELAY, done)
        return future

    def freeze(self, owner: Owner) -> None:
        owner.frozen = True
        if owner in self._runnable:
            self._runnable.remove(owner)

    def thaw(self, owner: Owner) -> None:
        owner.frozen = False
        if owner.ready and owner not in self._runnable:
            self._runnable.append(owner)

    def kill(self, owner: Owner) -> None:
        """Nothing of it runs any more, not even what would tidy up."""
        owner.dead = True
        owner.ready.clear()
        if owner in self._runnable:
            self._runnable.remove(owner)

    def _make_ready(self, step: Step) -> None:
        owner = step.context.get(OWNER, WORLD)
        if owner.dead:
            return
        ready = owner.ready
        ready.append(step)
        if len(ready) == 1 and not owner.frozen:
            self._runnable.append(owner)

    def _run_once(self) -> None:
        """Not once, but until the loop is to stop."""
        timers, runnable, random = self._timers, self._runnable, self._dice.random
        while not self._stopping:  # type: ignore[attr-defined]
            now = self._virtual
            while timers and timers[0][0] <= now:
                step = heapq.heappop(timers)[2]
                if not step.is_cancelled:
                    self._make_ready(step)
            if not runnable:
                if not timers:
                    raise RuntimeError("everybody waits for ever")
                self._virtual = timers[0][0]
                continue
            index = int(random() * len(runnable))
            owner = runnable[index]
            step = owner.ready.popleft()
            if not owner.ready:
                runnable[index] = runnable[-1]
                runnable.pop()
            if step.is_cancelled:
                continue
            self._virtual = now = now + STEP
            self.steps += 1
            self.fingerprint = hash((self.fingerprint, index, now))
            try:
                step.context.run(step.callback, *step.args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001 - a callback's, as of any loop
                self.failures.append(error)
                said = {"message": f"Exception in {step.callback}", "exception": error}
                self.call_exception_handler(said)

    def _write_to_self(self) -> None:
        """Nothing else could have to be woken."""

    def _process_events(self, event_list: object) -> None:
        """There are no sockets."""
