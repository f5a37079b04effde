"""What is worse than a fault, and befalls half of the worlds once."""

import asyncio
from random import Random

from infra.tests.simulation.facts import STREAM
from infra.tests.simulation.world import World
from ticketing_common.events.watch import INTERVAL

KEPT = 2 * INTERVAL + 1.0  # seconds a stream at its limit reaches back: all have looked twice
AGES = 0.05, 5.0  # seconds, of a copy
UNHEARD = "tickets", "orders", "payments", "expiration"  # who may be away while news is discarded
DISASTERS = ("move_stream_back", "wipe_nats", "outgrow_stream", "refuse_news")


class Disasters:
    """Each of these methods does it, and takes back what can be. `refused` is the ticket whose
    news the stream takes no more, until an operator sees to it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.say = world.chronicle.fault
        self.refused = ""

    async def move_stream_back(self, dice: Random) -> None:
        """A copy from the past takes the stream's place: it has lost what was acknowledged."""
        self.world.stream_lost = True
        jetstream = self.world.nats.jetstream
        copy, length = jetstream.copy(), jetstream.streams[STREAM].last
        await asyncio.sleep(dice.uniform(*AGES))
        self.world.nats.kill()
        lost = jetstream.streams[STREAM].last - length
        self.say(f"nats is restored from a copy, without the newest {lost} messages")
        jetstream.restore(copy)
        await asyncio.sleep(dice.uniform(0.2, 2.0))
        self.world.nats.start()

    async def wipe_nats(self, dice: Random) -> None:
        self.world.stream_lost = True
        self.world.nats.kill()
        self.say("nats loses everything")
        self.world.nats.jetstream.wipe()
        await asyncio.sleep(dice.uniform(0.2, 2.0))
        self.world.nats.start()

    async def outgrow_stream(self, dice: Random) -> None:
        """The stream reaches its limit while a service stands still, and discards news that it has
        not heard. All others have, and have looked at the stream since."""
        self.world.stream_lost = self.world.stream_outgrown = True
        loop = self.world.loop
        service = dice.choice(UNHEARD)
        self.say(f"{service} stands still, and nats discards what it has not heard")
        owners = [each.owner for each in self.world.replicas[service]]
        for owner in owners:
            loop.freeze(owner)
        await asyncio.sleep(dice.uniform(KEPT + 1, KEPT + 6))
        self.world.nats.jetstream.streams[STREAM].keep_since(loop.time() - KEPT)
        for owner in owners:
            if not owner.dead:
                loop.thaw(owner)

    async def refuse_news(self, dice: Random) -> None:
        """From now on the stream takes no news of one ticket: it is too long, say."""
        if tickets := list(self.world.journal.tickets):
            self.refused = dice.choice(tickets[-10:])
            self.say(f"nats takes no more news of ticket {self.refused}")
            id = self.refused.encode()
            self.world.nats.jetstream.refuses = lambda subject, data: (
                subject.startswith("ticket:") and id in data
            )

    def accept_news(self) -> None:
        """The operator has raised the limit."""
        self.world.nats.jetstream.refuses = lambda subject, data: False
