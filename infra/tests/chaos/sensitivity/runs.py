"""The control run with every mechanism in place, then one run without each of them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from infra.tests.chaos.changes import ChangeRecorder
from infra.tests.chaos.facts import Facts, Timeliness, gather
from infra.tests.chaos.rest import come_to_rest
from infra.tests.chaos.running import stopwatch
from infra.tests.chaos.sensitivity.lab import Lab
from infra.tests.chaos.sensitivity.mechanisms import MECHANISMS, Mechanism
from infra.tests.chaos.sensitivity.restricted import restricted
from infra.tests.chaos.sensitivity.timing import ALLOWANCE, WINDOW
from infra.tests.chaos.stack import ChaosStack
from infra.tests.chaos.verdict import verdict

REST_TIMEOUT = 60.0  # seconds
LAG = 5.0  # seconds the change stream may be behind


@dataclass(frozen=True)
class Row:
    """What was found with a mechanism in place, and without it; `took` in seconds."""

    mechanism: Mechanism
    in_place: list[str]
    without: list[str]
    took: float

    @property
    def as_intended(self) -> bool:
        return bool(self.without) and not self.in_place


async def sensitivity(only: str | None) -> int:
    """Print a table; the result is the exit code."""
    chosen = [each for each in MECHANISMS if only in (None, each.key)]
    say = stopwatch()
    async with ChaosStack(WINDOW, sabotaged=True) as stack:
        say("booted")
        recorder = ChangeRecorder(stack.mongo_uri("orders"))
        await asyncio.to_thread(recorder.start)
        lab = Lab(stack)
        await lab.open()
        runs = _Runs(stack, lab, recorder, say)
        try:
            rows, rest = await runs.all(chosen)
        finally:
            await lab.close()
            await asyncio.to_thread(recorder.stop)
    for row in rows:
        _print(row)
    for name, violations in rest.items():
        print(f"  in place, yet violated: {name}: {violations[:3]}")
    return 0 if all(row.as_intended for row in rows) and not rest else 1


class _Runs:
    def __init__(
        self, stack: ChaosStack, lab: Lab, recorder: ChangeRecorder, say: Callable[[str], None]
    ) -> None:
        self.stack = stack
        self.lab = lab
        self.recorder = recorder
        self.say = say

    async def all(self, chosen: list[Mechanism]) -> tuple[list[Row], dict[str, list[str]]]:
        together = [each for each in chosen if not each.alone]
        alone = [each for each in chosen if each.alone]
        checks = await asyncio.gather(*(self._check(each) for each in together))
        in_place = dict(zip(together, checks, strict=True))
        for each in alone:
            in_place[each] = await self._check(each)
        await come_to_rest(self.stack, REST_TIMEOUT)
        everything = verdict(await self._facts(self.lab.journal.stream_lost))
        self.say("control run over")
        lanes = [list(lane) for _, lane in groupby(together, key=lambda each: each.service)]
        done = await asyncio.gather(*(self._lane(lane) for lane in lanes))
        without = {mechanism: found for lane in done for mechanism, found in lane.items()}
        without |= await self._lane(alone)
        rows = [Row(each, in_place[each], *without[each]) for each in chosen]
        return rows, {name: found for name, found in everything.items() if found}

    async def _lane(self, mechanisms: list[Mechanism]) -> dict[Mechanism, tuple[list[str], float]]:
        """Without one mechanism after the other, and at the end with all of them in place."""
        found: dict[Mechanism, tuple[list[str], float]] = {}
        for mechanism in mechanisms:
            began = time.monotonic()
            for service in mechanism.services:
                await self.stack.restart(service, mechanism.key)
            violations = await self._check(mechanism)
            found[mechanism] = violations, time.monotonic() - began
            self.say(f"without {mechanism.name}: {violations[:1] or 'nothing noticed'}")
            if mechanism.alone or mechanism is mechanisms[-1]:
                for service in mechanism.services:
                    await self.stack.restart(service, None)
        return found

    async def _check(self, mechanism: Mechanism) -> list[str]:
        """The violations of its invariants among the tickets of its scenario."""
        try:
            tickets = await mechanism.scenario(self.lab)
        except TimeoutError as error:  # the machine was too slow for it, perhaps
            self.say(f"once more, {mechanism.name}: {error}")
            tickets = await mechanism.scenario(self.lab)
        facts = restricted(await self._facts(), tickets)
        found = verdict(facts)
        return [each for name in mechanism.invariants for each in found[name]]

    async def _facts(self, stream_lost: bool = False) -> Facts:
        timeliness = Timeliness(datetime.fromtimestamp(0, UTC), ALLOWANCE, WINDOW)
        facts = await gather(self.stack, self.lab.journal, timeliness, (), stream_lost)
        deadline = time.monotonic() + LAG
        while not _has_seen(self.recorder, facts) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        return Facts(**{**vars(facts), "changes": list(self.recorder.changes)})


def _has_seen(recorder: ChangeRecorder, facts: Facts) -> bool:
    last = {change.order: change.status for change in list(recorder.changes)}
    return all(last.get(id) == order["status"] for id, order in facts.orders.items())


def _print(row: Row) -> None:
    noticed = "noticed" if row.without else "NOT NOTICED"
    wrong = "" if not row.in_place else f" (IN PLACE, YET: {row.in_place[0]})"
    name = row.mechanism.invariants[0]
    print(f"  {row.mechanism.name:<50} {noticed:<12} {row.took:5.1f} s  {name}{wrong}")
