import re
import subprocess
import sys


def test_each_variant_is_compared_with_what_is_as_ever() -> None:
    """In a process of its own, as tracing is switched on there for good."""
    argv = [sys.executable, "-m", "infra.tests.load.watching", "--turns", "2"]

    said = subprocess.run(argv, capture_output=True, text=True, timeout=110, check=True).stdout

    assert re.match(r"current user, the cheapest path: [\d.]+ us of CPU", said)
    assert "metrics, no traces      +0.00 us,  +0.0%" in said
    assert re.search(r"^traces, 1% sampled +[+-][\d.]+ us", said, re.MULTILINE)
