"""What may befall a world at any moment.

To add a fault: write a method of `Faults` that draws what it does to whom, says so, does it, waits
if it lasts, and takes it back; how often it is drawn, beside others, stands above it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from infra.tests.chaos.dashboard import Dashboard
from infra.tests.simulation.mongo.replica_set import ReplicaSet
from infra.tests.simulation.redis import wipe
from infra.tests.simulation.replica import Replica
from infra.tests.simulation.world import World
from ticketing_stripe_fake.faults import KINDS, Fault

LONGEST = 5.0  # seconds that one lasts

WAYS = {
    "auth": ("auth-mongo", "edge"),
    "tickets": ("tickets-mongo", "nats", "edge"),
    "orders": ("orders-mongo", "nats", "edge"),
    "payments": ("payments-mongo", "nats", "stripe", "edge"),
    "expiration": ("nats",),
}

DECK: dict[str, int] = {}
"""How often each is drawn, as shares."""

Method = Callable[["Faults", Random], Awaitable[None]]


def drawn(often: int) -> Callable[[Method], Method]:
    def enter(method: Method) -> Method:
        DECK[method.__name__] = often
        return method

    return enter


class Faults:
    def __init__(self, world: World) -> None:
        self.world = world
        self.say = world.chronicle.fault

    @drawn(8)
    async def kill_replica(self, dice: Random) -> None:
        if replica := self._replica(dice):
            self.say(f"{replica.name} is killed")
            replica.kill()

    @drawn(4)
    async def stop_replica(self, dice: Random) -> None:
        if replica := self._replica(dice):
            self.say(f"{replica.name} is told to stop")
            replica.stop()

    @drawn(6)
    async def freeze_replica(self, dice: Random) -> None:
        if replica := self._replica(dice):
            owner = replica.owner
            self.world.loop.freeze(owner)
            await self._last(dice, f"{replica.name} is frozen")
            if not owner.dead:
                self.world.loop.thaw(owner)

    @drawn(4)
    async def restart_database(self, dice: Random) -> None:
        database = self._database(dice)
        database.kill()
        await self._last(dice, f"{database.name} is down")
        database.start()

    @drawn(3)
    async def freeze_database(self, dice: Random) -> None:
        database = self._database(dice)
        database.freeze()
        await self._last(dice, f"{database.name} is frozen")
        database.thaw()

    @drawn(6)
    async def fail_over(self, dice: Random) -> None:
        """The primary goes with what it wrote in its last moments, and another one is elected."""
        database = self._database(dice)
        database.stop_replication()
        await self._last(dice, f"{database.name} does not replicate", 0.05, 1.5)
        lost = database.fail_over()
        self.world.counts["writes rolled back"] += lost
        database.kill()
        await self._last(dice, f"{database.name} elects, {lost} writes are rolled back", 0.5, 2.5)
        database.start()

    @drawn(3)
    async def restart_nats(self, dice: Random) -> None:
        self.world.nats.kill()
        await self._last(dice, "nats is down")
        self.world.nats.start()

    @drawn(2)
    async def freeze_nats(self, dice: Random) -> None:
        self.world.nats.freeze()
        await self._last(dice, "nats is frozen")
        self.world.nats.thaw()

    @drawn(3)
    async def fill_disk(self, dice: Random) -> None:
        """NATS still delivers what it has, and can store nothing more."""
        self.world.nats.jetstream.disk_full = True
        await self._last(dice, "nats's disk is full")
        self.world.nats.jetstream.disk_full = False

    @drawn(3)
    async def lose_consumer(self, dice: Random) -> None:
        jetstream = self.world.nats.jetstream
        if names := list(jetstream.consumers):
            stream, consumer = dice.choice(names)
            self.say(f"nats loses the consumer {consumer}")
            jetstream.delete_consumer(stream, consumer)

    @drawn(6)
    async def stall(self, dice: Random) -> None:
        """Nothing gets through between one replica and one of those that it talks with."""
        if replica := self._replica(dice):
            other = dice.choice(WAYS[replica.service])
            self.world.network.stall(replica.name, other)
            await self._last(dice, f"nothing gets through between {replica.name} and {other}")
            self.world.network.resume(replica.name, other)

    @drawn(8)
    async def trouble_stripe(self, dice: Random) -> None:
        fault = Fault(
            dice.choice(KINDS),
            probability=0.6,
            seed=dice.randrange(2**32),
            seconds=dice.uniform(0.2, 1.5),
            hang=dice.random() < 0.5,
        )
        self.world.stripe.fake.faults.add(fault)
        await self._last(dice, f"stripe has {fault.kind} at times")
        self.world.stripe.fake.faults.remove(fault.id)

    @drawn(2)
    async def restart_stripe(self, dice: Random) -> None:
        self.say("stripe is restarted")
        self.world.stripe.restart()

    @drawn(6)
    async def act_in_dashboard(self, dice: Random) -> None:
        """Refunds and disputes that the shop is only told of."""
        deed = dice.choice(("refund", "part of a refund", "dispute", "decide a dispute"))
        self.say(f"somebody in stripe's dashboard makes a {deed}")
        await Dashboard(self.world.stripe.control, dice.randrange(2**32)).act(deed)

    @drawn(2)
    async def wipe_redis(self, dice: Random) -> None:
        self.say("redis loses everything")
        wipe(self.world.redis)

    @drawn(2)
    async def stop_redis(self, dice: Random) -> None:
        """Its data is there when it comes back."""
        self.world.redis.connected = False
        await self._last(dice, "redis is down")
        self.world.redis.connected = True

    async def _last(
        self, dice: Random, what: str, least: float = 0.2, most: float = LONGEST
    ) -> None:
        seconds = dice.uniform(least, most)
        self.say(f"{what} for {seconds:.1f} s")
        await asyncio.sleep(seconds)

    def _replica(self, dice: Random) -> Replica | None:
        """Any, but none that is starting or stopping."""
        replicas = self.world.each_replica()
        dice.shuffle(replicas)
        return next((each for each in replicas if each.settled), None)

    def _database(self, dice: Random) -> ReplicaSet:
        return dice.choice(list(self.world.databases.values()))
