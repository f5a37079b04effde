"""Whole worlds, each in a process of its own."""

import os
import re
import subprocess
import sys

import pytest

SECONDS = "8"  # of a world


def test_a_seed_is_a_world_whatever_the_process_hashes_by() -> None:
    """The same seed gives the same steps to the last one, and another seed others."""
    # Given one world in two processes that would hash strings differently, and another world
    first, again, other = _fingerprint(7, "1"), _fingerprint(7, "2"), _fingerprint(8, "1")

    # When their steps are compared, then a seed is a world
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("wrong", "said"),
    [("mistake", "KeyError('a mistake')"), ("unknown", "the options {'collation'}")],
)
def test_a_simulator_that_is_wrong_itself_passes_nothing(wrong: str, said: str) -> None:
    """What a loop only logs, and a service answers with a 500, is told as a violation."""
    argv = [sys.executable, "-m", "infra.tests.simulation.tests.failing_world", wrong]

    told = subprocess.run(argv, capture_output=True, text=True, timeout=110)

    assert told.stdout.strip() == str([said])


def _fingerprint(seed: int, hash_seed: str) -> str:
    argv = [sys.executable, "-m", "infra.tests.simulation", "--seed", str(seed)]
    env = {**os.environ, "PYTHONHASHSEED": hash_seed}
    said = subprocess.run(
        [*argv, "--seconds", SECONDS], env=env, capture_output=True, text=True, timeout=110
    )
    [found] = re.findall(r"steps, ([0-9a-f]{16})", said.stdout)
    return str(found)
