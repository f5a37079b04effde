"""One run: boot, load, faults, healing, rest, replay, verdict."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from infra.tests.chaos.api import Api
from infra.tests.chaos.books import reconcile
from infra.tests.chaos.broker import STREAM, jetstream
from infra.tests.chaos.changes import ChangeRecorder
from infra.tests.chaos.differences import changed
from infra.tests.chaos.facts import Facts, Timeliness, allowance, gather, read_databases
from infra.tests.chaos.faults import Faults
from infra.tests.chaos.journal import Journal
from infra.tests.chaos.probes import Probes
from infra.tests.chaos.rest import come_to_rest
from infra.tests.chaos.schedule import schedule
from infra.tests.chaos.sellers import Seller
from infra.tests.chaos.stack import ChaosStack
from infra.tests.chaos.users import PLAIN_CARDS, Buyer, User
from infra.tests.chaos.verdict import verdict
from ticketing_common.timing import Timing

WINDOW = 6  # seconds an order holds its ticket
SELLERS, BUYERS = 10, 30
REST_TIMEOUT = 100.0  # seconds; a killed service's messages go to others after ACK_WAIT
REST_AFTER_WIPE = 8.0  # seconds in which services notice that the stream is another


@dataclass(frozen=True)
class Outcome:
    """What came of a run; `outages` are the longest seen by a user, in seconds by service, and
    `starts` how often each process was started anew."""

    facts: Facts
    violations: dict[str, list[str]]
    faults: Counter[str]
    outages: dict[str, float]
    rest: float
    starts: dict[str, int]

    @property
    def passed(self) -> bool:
        return not any(self.violations.values())


async def chaos_run(
    seed: int,
    seconds: float,
    wipe_stream: bool,
    say: Callable[[str], None],
    older: str | None = None,
    restore: bool = False,
) -> Outcome:
    """`older` is the PYTHONPATH of another version, which then runs beside this one. `restore`: a
    database comes back from a backup."""
    async with ChaosStack(WINDOW, older=older) as stack:
        say(f"booted on {stack.url}")
        recorder = ChangeRecorder(stack.mongo_uri("orders"))
        await asyncio.to_thread(recorder.start)
        faults = Faults(stack, seed, say)
        journal = Journal()
        load = _Load(stack, seed, journal)
        async with load:
            upgrade = older is not None
            await faults.run(schedule(seed, seconds, wipe_stream, upgrade, stack.silent, restore))
            await asyncio.sleep(1)
        await faults.heal()
        healed = datetime.now(UTC)
        say("healed")
        if wipe_stream:
            await asyncio.sleep(REST_AFTER_WIPE)
        rest, under_way = await come_to_rest(stack, REST_TIMEOUT)
        say(f"at rest after {rest:.1f} s")
        starts = {name: process["restarts"] for name, process in stack.state().items()}
        differences = await reconcile(stack)
        say(f"reconciled: {len(differences)} differences")
        replayed = [] if under_way else await _replay(stack, gains=older is not None)
        await asyncio.to_thread(recorder.stop)
        timeliness = Timeliness(healed, allowance(Timing.of(WINDOW)), WINDOW)
        facts = await gather(stack, journal, timeliness, recorder.changes, wipe_stream, differences)
    violations = {"everything comes to rest": [f"{n} {what}" for what, n in under_way.items()]}
    violations |= verdict(facts)
    violations["the whole stream again changes no document"] = replayed
    return Outcome(facts, violations, faults.done, load.probes.outages(), rest, starts)


class _Load:
    """Users at work, from the first sign-up to the last answer."""

    def __init__(self, stack: ChaosStack, seed: int, journal: Journal) -> None:
        self.api = Api(stack.url, journal)
        self.stop = asyncio.Event()
        sellers = [Seller(self.api, f"seller {n} of {seed}", self.stop) for n in range(SELLERS)]
        buyers = [Buyer(self.api, f"buyer {n} of {seed}", self.stop) for n in range(BUYERS)]
        for seller in sellers:
            seller.knows_takedowns = stack.of_one_version
        for buyer in buyers if stack.silent else ():
            buyer.cards = PLAIN_CARDS
        self.users: list[User] = [*sellers, *buyers]
        self.probes = Probes(stack.url, lambda: self.users[0].cookie)
        self.tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> None:
        self.tasks = [asyncio.create_task(user.live()) for user in self.users]
        self.tasks.append(asyncio.create_task(self.probes.run(self.stop)))

    async def __aexit__(self, *error: object) -> None:
        self.stop.set()
        _, late = await asyncio.wait(self.tasks, timeout=30)
        for task in late:  # still trying to sign up, say
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await self.api.close()
        for task in self.tasks:
            if not task.cancelled() and (failure := task.exception()):
                raise failure


async def _replay(stack: ChaosStack, gains: bool) -> list[str]:
    """Lose every consumer, so that each listener hears the whole stream again.

    `gains`: fields may be added, of events that only an older version has heard so far.
    """
    before, _ = await asyncio.to_thread(read_databases, stack)
    lost = await _lose_consumers(stack)
    back = asyncio.create_task(_consumers_are_back(stack, lost))
    await asyncio.wait_for(back, 30)
    _, under_way = await come_to_rest(stack, REST_TIMEOUT)
    after, _ = await asyncio.to_thread(read_databases, stack)
    return [
        *(f"{what} is still under way after the replay" for what in under_way),
        *changed(before, after, gains),
    ]


async def _lose_consumers(stack: ChaosStack) -> set[str]:
    async with jetstream(stack) as broker:
        names = {each.name for each in await broker.consumers_info(STREAM)}
        for name in names:
            await broker.delete_consumer(STREAM, name)
        return names


async def _consumers_are_back(stack: ChaosStack, names: set[str]) -> None:
    async with jetstream(stack) as broker:
        while not names <= {each.name for each in await broker.consumers_info(STREAM)}:
            await asyncio.sleep(0.1)


def stopwatch(quiet: bool = False) -> Callable[[str], None]:
    """A `say` that tells when it is, in seconds since now."""
    began = time.monotonic()

    def say(text: str) -> None:
        if not quiet:
            print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    return say
