"""The schedule of a world's faults: drawn from its seed before it begins, and carried out."""

import asyncio
import math
import random

from infra.tests.simulation.disasters import DISASTERS, Disasters
from infra.tests.simulation.faults import DECK, Faults
from infra.tests.simulation.plan import Plan, Strike
from infra.tests.simulation.world import CALM, World

GAP = 0.5, 6.0  # seconds between two faults
PACES = 1.0, 1.0, 1.0, 4.0  # times these
FAVOURED = 50.0  # about half of all
SHARES = 0.1, 1.0, 1.0, 3.0  # of a fault in the deck of a world
WITH_DISASTER = 0.6  # the share of worlds


def schedule(plan: Plan) -> list[Strike]:
    """In the order of their times. Each world has faults of its own, more of some than others have,
    pauses of its own, and at most one disaster."""
    dice = random.Random(f"schedule {plan.seed}")
    deck = {name: often * dice.choice(SHARES) for name, often in DECK.items()}
    pace = dice.choice(PACES)
    disaster = dice.choice(DISASTERS) if dice.random() < WITH_DISASTER else ""
    if plan.favoured in deck:
        deck[plan.favoured] = FAVOURED
    elif plan.favoured in DISASTERS:
        disaster = plan.favoured
    elif plan.favoured == CALM:
        pace = max(PACES)
    at = dice.uniform(0.2, 0.8) * plan.seconds
    drawn = [(at, disaster)] if disaster else []
    at = 0.0
    while at < plan.seconds:
        drawn += [(at, name) for name in dice.choices(list(deck), list(deck.values()))]
        at += dice.uniform(*GAP) * pace
    strikes = [Strike(number, at, name) for number, (at, name) in enumerate(sorted(drawn), 1)]
    return [each for each in strikes if plan.strikes is None or each.number in plan.strikes]


class Befalling:
    """Strikes a world. A disaster waits until what lasts is over, and the rest waits for it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults(world)
        self.disasters = Disasters(world)

    async def run(self, strikes: list[Strike], seconds: float) -> None:
        """For so long, and for as long as a disaster takes; what lasts is over by then."""
        loop = self.world.loop
        begin = loop.time()
        lasting: list[asyncio.Task[None]] = []
        for strike in strikes:
            await asyncio.sleep(begin + strike.at - loop.time())
            if strike.name not in DISASTERS:
                lasting.append(loop.create_task(self._strike(strike, self.faults)))
                continue
            await asyncio.gather(*lasting)
            began = loop.time()
            self.world.troubles.append((began, math.inf))
            await self._strike(strike, self.disasters)
            begin += loop.time() - began
        await asyncio.sleep(begin + seconds - loop.time())
        await asyncio.gather(*lasting)

    async def _strike(self, strike: Strike, kind: Faults | Disasters) -> None:
        self.world.counts[strike.name] += 1
        began = self.world.loop.time()
        dice = random.Random(f"{strike.name} {self.world.plan.seed} {strike.number}")
        await getattr(kind, strike.name)(dice)
        self.world.troubles.append((began, self.world.loop.time()))

    async def heal(self) -> None:
        self.world.network.resume_all()
        self.world.stripe.fake.faults.clear()
        await self.world.until_settled()
