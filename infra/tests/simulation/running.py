"""One seed's world from beginning to end, and the verdict on it."""

import asyncio
import os
import random
import traceback
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from infra.tests.chaos.dashboard import decide
from infra.tests.chaos.differences import changed
from infra.tests.chaos.verdict import verdict
from infra.tests.simulation import determinism
from infra.tests.simulation.console import reconcile, replay_dead_letters
from infra.tests.simulation.facts import STREAM, documents, gather, open_disputes, under_way
from infra.tests.simulation.in_time import in_time
from infra.tests.simulation.infrastructure import SERVICES
from infra.tests.simulation.logs import Recorder
from infra.tests.simulation.loop import OWNER, SimulatedLoop
from infra.tests.simulation.nats.transport import Transport
from infra.tests.simulation.plan import Plan, Strike
from infra.tests.simulation.redis import Redis, no_information
from infra.tests.simulation.schedule import Befalling, schedule
from infra.tests.simulation.sensitivity.removal import take_out
from infra.tests.simulation.story import story
from infra.tests.simulation.stripe import Client, Sender
from infra.tests.simulation.unknown import UnknownError
from infra.tests.simulation.world import World

REST_TIMEOUT = 240.0  # seconds of the world's
AT_EVERY_STEP = "at most one live order per ticket at every step"
GOES_ON = "the world goes on"
SOUND = "nothing failed in a callback, and models know what they were asked for"
OBEYS = "services stop when they are told to, and then only"
UNTOLD = "stopped itself", "killed for not stopping in time"
CALM = 5  # looks in a row at which nothing was under way


@dataclass(frozen=True)
class Outcome:
    """`fingerprint` is of every step that was made: the same seed has the same."""

    plan: Plan
    strikes: list[Strike]
    violations: dict[str, list[str]]
    counts: Counter[str]
    fingerprint: str
    steps: int
    simulated: float  # seconds
    took: float  # seconds of a processor
    log: list[str]
    story: list[str]  # where something was violated

    @property
    def passed(self) -> bool:
        return not any(self.violations.values())


def connect_to_simulation() -> None:
    """Where services would open a socket, they get the simulation's end of it instead.

    They are imported once, for all worlds that this process begins.
    """
    for service in SERVICES:
        import_module(f"ticketing_{service}.app")
    import nats.aio.client
    import stripe
    from arq import worker

    import ticketing_expiration.queues.expiration_queue as queue
    from ticketing_stripe_fake import webhooks

    places: list[tuple[Any, str, Any]] = [
        (nats.aio.client, "TcpTransport", Transport),
        (stripe, "AIOHTTPClient", Client),
        (webhooks, "httpx", Sender),
        (queue, "ArqRedis", Redis),
        (worker, "log_redis_info", no_information),
    ]
    for module, name, simulated in places:
        setattr(module, name, simulated)


def simulate(plan: Plan) -> Outcome:
    """One world. `determinism.install` and `connect_to_simulation` have been called in this
    process."""
    began = determinism.processor_time()
    if plan.without:
        take_out(plan.without)
    loop = SimulatedLoop(plan.luck)
    UnknownError.met.clear()
    determinism.begin(plan.seed, loop)
    recorder = Recorder(loop)
    asyncio.set_event_loop(loop)
    world, strikes = World(loop, plan), schedule(plan)
    try:
        violations = loop.run_until_complete(_live(world, strikes))
    except Exception as error:  # noqa: BLE001 - a world that can't even live has failed
        failure = traceback.format_exception(error)
        recorder.lines += failure
        violations = {AT_EVERY_STEP: world.violations, GOES_ON: failure[-1:]}
    recorder.close()
    violations[SOUND] = [*map(repr, loop.failures), *UnknownError.met]
    return Outcome(
        plan,
        strikes,
        violations,
        world.counts,
        f"{loop.fingerprint & (2**64 - 1):016x}",
        loop.steps,
        loop.time(),
        determinism.processor_time() - began,
        recorder.lines,
        story(world.chronicle.events, violations) if any(violations.values()) else [],
    )


async def _live(world: World, strikes: list[Strike]) -> dict[str, list[str]]:
    self_stop: Any = os
    self_stop.kill = lambda *_: world.stopped_itself(OWNER.get())
    await world.boot()
    world.open_doors()
    befalling = Befalling(world)
    await befalling.run(strikes, world.plan.seconds)
    await world.close_doors()
    await befalling.heal()
    healed = world.moment()
    if world.stream_lost:
        await asyncio.sleep(12)  # services notice within seconds
    unfinished = await _come_to_rest(world)
    if befalling.disasters.refused and not unfinished:
        befalling.disasters.accept_news()
        world.counts["dead letters replayed"] += await replay_dead_letters()
        unfinished = await _come_to_rest(world)
    differences = [] if unfinished else await reconcile(world)
    unfinished = unfinished or await _come_to_rest(world)
    replayed = [] if unfinished else await _replay(world)
    facts = gather(world, healed, differences)
    violations = {"everything comes to rest": [f"{n} {what}" for what, n in unfinished.items()]}
    violations[AT_EVERY_STEP] = world.violations
    violations |= verdict(facts)
    violations["who has paid in time has the ticket"] = list(in_time(world, facts))
    violations["the whole stream again changes no document"] = replayed
    _count(world, facts)
    violations[OBEYS] = [f"{n} {what}" for what in UNTOLD if (n := world.counts[what])]
    return violations


async def _come_to_rest(world: World) -> dict[str, int]:
    """What is still under way after `REST_TIMEOUT`."""
    deadline = world.loop.time() + REST_TIMEOUT
    calm = 0
    dice = random.Random("rest")
    while world.loop.time() < deadline:
        left = under_way(world)
        if disputes := open_disputes(world):
            left["disputes that no bank has decided"] = len(disputes)
            await decide(world.stripe.control, dice, disputes)
        calm = 0 if left else calm + 1
        if calm == CALM:
            return {}
        await asyncio.sleep(0.3)
    return under_way(world)


async def _replay(world: World) -> list[str]:
    """Lose every consumer, so that each listener hears the whole stream again."""
    before, _ = documents(world)
    names = [key for key in world.nats.jetstream.consumers if key[0] == STREAM]
    for key in names:
        world.nats.jetstream.delete_consumer(*key)
    async with asyncio.timeout(30):
        while not all(key in world.nats.jetstream.consumers for key in names):
            await asyncio.sleep(0.1)
    left = await _come_to_rest(world)
    after, _ = documents(world)
    return [
        *(f"{what} is still under way after the replay" for what in left),
        *changed(before, after),
    ]


def _count(world: World, facts: Any) -> None:
    statuses = Counter(order["status"] for order in facts.orders.values())
    world.counts.update({f"orders {status}": count for status, count in statuses.items()})
    world.counts["tickets"] = len(facts.tickets)
    for name in ("charges", "refunds", "declines"):
        world.counts[name] = sum(account[name] for account in facts.ledger.values())
    world.counts["events"] = len(facts.messages)
    for (_, status), count in world.journal.answers.items():
        world.counts[f"answers {status}"] += count
    world.counts["unanswered"] = world.journal.unanswered
