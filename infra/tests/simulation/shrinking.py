"""The fewest faults under which a world still fails, found by living through it without some."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from infra.tests.simulation.plan import Plan
from infra.tests.simulation.running import Outcome
from infra.tests.simulation.side_by_side import side_by_side

CHANCES = 3  # worlds for each choice of faults: without some, others come first everywhere

Choice = tuple[int, ...]  # the numbers of the faults that strike


class Shrinking:
    """`failed` is the failure with the fewest faults that is known. `minimal` says that it was seen
    to pass without any one of them; otherwise there was no more time."""

    def __init__(
        self,
        failed: Outcome,
        live: Callable[[Plan], Outcome],
        at_once: int,
        in_time: Callable[[], bool],
    ) -> None:
        self.failed = failed
        self.minimal = False
        self._broken = {name for name, found in failed.violations.items() if found}
        self._live = live
        self._at_once = at_once
        self._in_time = in_time

    def run(self) -> None:
        """Without any fault; without the last ones, before which the world is the same to the last
        step; and then without others (Zeller's ddmin, of complements)."""
        if not self._fails([()], CHANCES):
            self._leave_out_the_last()
            self._leave_out_parts()

    @property
    def _left(self) -> Choice:
        return tuple(each.number for each in self.failed.strikes)

    def _leave_out_the_last(self) -> None:
        passes = 0  # with so many
        while (most := len(self._left)) - passes > 1 and self._in_time():
            tried = (passes + most) // 2
            if not self._fails([self._left[:tried]], 1):
                passes = tried

    def _leave_out_parts(self) -> None:
        parts = 2
        while self._in_time():
            left = self._left
            parts = min(parts, len(left))
            without = [tuple(n for i, n in enumerate(left) if i % parts != k) for k in range(parts)]
            if len(left) > 1 and self._fails(without, CHANCES):
                parts = max(parts - 1, 2)
            elif parts == len(left):
                self.minimal = self._in_time()
                return
            else:
                parts *= 2

    def _fails(self, choices: Sequence[Choice], chances: int) -> bool:
        """Whether one of these worlds fails as the first one did; it is known from now on."""
        first = self.failed.plan.chance
        plans = [
            replace(self.failed.plan, strikes=choice, chance=chance)
            for chance in (first, *(n for n in range(chances) if n != first))[:chances]
            for choice in choices
        ]
        while plans and self._in_time():
            batch, plans = plans[: self._at_once], plans[self._at_once :]
            for outcome in _by_size(side_by_side(self._live, batch, self._at_once)):
                if any(outcome.violations.get(name) for name in self._broken):
                    self.failed = outcome
                    self.minimal = not outcome.strikes
                    return True
        return False


def _by_size(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda each: (len(each.strikes), each.plan.chance))
