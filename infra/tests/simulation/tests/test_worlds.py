"""Whole worlds, each in a process of its own."""

import os
import re
import subprocess
import sys

SECONDS = "8"  # of a world


def test_a_seed_is_a_world_whatever_the_process_hashes_by() -> None:
    """The same seed gives the same steps to the last one, and another seed others."""
    # Given one world in two processes that would hash strings differently, and another world
    first, again, other = _fingerprint(7, "1"), _fingerprint(7, "2"), _fingerprint(8, "1")

    # When their steps are compared, then a seed is a world
    assert first == again
    assert first != other


def _fingerprint(seed: int, hash_seed: str) -> str:
    argv = [sys.executable, "-m", "infra.tests.simulation", "--seed", str(seed)]
    env = {**os.environ, "PYTHONHASHSEED": hash_seed}
    said = subprocess.run(
        [*argv, "--seconds", SECONDS], env=env, capture_output=True, text=True, timeout=110
    )
    [found] = re.findall(r"steps, ([0-9a-f]{16})", said.stdout)
    return str(found)
