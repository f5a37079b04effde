"""What is printed of a world, and of one that failed."""

import os

from infra.tests.simulation import determinism
from infra.tests.simulation.running import GOES_ON, Outcome, simulate
from infra.tests.simulation.shrinking import Shrinking

WIDTH = 300  # characters of each
SHOWN = 3  # violations of one invariant
LOGGED = 25  # lines of a world that could not even live


def print_outcome(outcome: Outcome, log: bool = False) -> None:
    verdict = "passed" if outcome.passed else "FAILED"
    print(
        f"seed {outcome.plan.seed}: {verdict}, {outcome.simulated:.0f} s in {outcome.took:.1f} s, "
        f"{outcome.steps} steps, {outcome.fingerprint}",
        flush=True,
    )
    _print_violations(outcome)
    if log:
        print("\n".join(outcome.log))
    elif GOES_ON in outcome.violations:
        print("\n".join(outcome.log[-LOGGED:]))


def print_failure(outcome: Outcome, seconds: float) -> None:
    """The shortest schedule that was found in so many seconds, how to live through it again, and
    its story."""
    over = determinism.real_time() + seconds
    in_time = lambda: determinism.real_time() < over  # noqa: E731
    shrinking = Shrinking(outcome, simulate, os.cpu_count() or 1, in_time)
    shrinking.run()
    shortest = shrinking.failed
    needs = "needs" if shrinking.minimal else "fails with"
    strikes = [f"        {strike}" for strike in shortest.strikes] or ["        no fault at all"]
    print(
        f"seed {outcome.plan.seed} {needs}, of {len(outcome.strikes)} faults:",
        *strikes,
        f"    again: make simulate SEED={shortest.plan.seed} ARGS='{shortest.plan.arguments()}'",
        sep="\n",
    )
    _print_violations(shortest)
    print("    its story, in seconds of the world:")
    print(*(f"      {line}" for line in shortest.story), sep="\n", flush=True)


def _print_violations(outcome: Outcome) -> None:
    for name, violations in outcome.violations.items():
        for violation in violations[:SHOWN]:
            print(f"    {name}: {violation[:WIDTH]}")
        if len(violations) > SHOWN:
            print(f"    {name}: and {len(violations) - SHOWN} more")
