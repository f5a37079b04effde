"""What is told of a world that failed."""

import re
import subprocess
import sys
from collections import Counter

from infra.tests.simulation.plan import Plan, Strike
from infra.tests.simulation.running import Outcome
from infra.tests.simulation.schedule import schedule
from infra.tests.simulation.shrinking import Shrinking
from infra.tests.simulation.story import LINES

PLAN = Plan(seed=1, seconds=60.0)


def test_a_failure_shrinks_to_the_faults_that_it_needs() -> None:
    """All others are left out, and without any of these it passes."""
    # Given a world that fails where two of its faults strike
    strikes = schedule(PLAN)
    needed = strikes[3], strikes[7]

    def live(plan: Plan) -> Outcome:
        left = schedule(plan)
        broken = ["order is lost"] if set(needed) <= set(left) else []
        return _outcome(plan, left, broken)

    # When it is shrunk
    shrinking = Shrinking(live(PLAN), live, at_once=2, in_time=lambda: True)
    shrinking.run()

    # Then these two are left
    assert len(strikes) > 10
    assert shrinking.failed.strikes == list(needed)
    assert shrinking.minimal


def test_what_a_strike_does_does_not_depend_on_the_others() -> None:
    """So that a fault that is left is the same fault as before."""
    # Given the schedule of a world, when all but two of it are left out
    strikes = schedule(PLAN)
    left = schedule(Plan(PLAN.seed, PLAN.seconds, strikes=(2, 5)))

    # Then these strike when they did
    assert left == [strikes[1], strikes[4]]


def test_a_failure_tells_its_seed_its_faults_and_its_story() -> None:
    """The order or ticket concerned is followed by name, in a few lines with their moments."""
    # Given worlds without the fencing number that a cancelled order's ticket is released by
    argv = [sys.executable, "-m", "infra.tests.simulation", "--seed", "1", "--seconds", "8"]

    # When one is lived through
    said = subprocess.run(
        [*argv, "--without", "tickets.number_on_cancel", "--shrink", "10"],
        capture_output=True,
        text=True,
        timeout=110,
    )

    # Then it says how to see that again, and what happened
    assert said.returncode == 1, said.stdout
    assert "seed 1 needs, of" in said.stdout
    assert re.search(r"again: make simulate SEED=1 ARGS='--seconds 8 .*--strikes none", said.stdout)
    again = said.stdout.partition("again:")[2]
    ticket = re.findall(r"ticket [0-9a-f]{18}([0-9a-f]{6}) should have", again)[0]
    story = re.findall(r"^ {6}( *\d+\.\d{3}  .*)", said.stdout, re.MULTILINE)
    assert 5 <= len(story) <= 2 * LINES
    assert any(f"…{ticket}" in line for line in story)


def _outcome(plan: Plan, strikes: list[Strike], broken: list[str]) -> Outcome:
    return Outcome(plan, strikes, {"kept": broken}, Counter(), "", 0, 0.0, 0.0, [], [])
