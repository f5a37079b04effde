from dataclasses import replace
from itertools import repeat
from typing import Any

from infra.tests.load.path import HELLO, SCRYPT, Path
from infra.tests.load.sample import Sample
from infra.tests.load.tables import Figures, paths_table, ratios_table, unexpected

SAMPLE = Sample(
    path="one ticket",
    version="this",
    connections=32,
    requests=100,
    per_second=1000.0,
    p50=1.0,
    p99=2.0,
    unexpected={},
    cpu={"tickets": 80.0},
    settled={"tickets": 90.0, "orders": 10.0, "tickets-mongo": 50.0},
    rss_before=60.0,
    rss_after=61.0,
)
ONE_TICKET = Path("one ticket", "tickets", lambda _: repeat(b""), target=2.0)


def sample(cpu: float, **changes: Any) -> Sample:
    return replace(SAMPLE, cpu={"tickets": cpu}, **changes)


def hello(cpu: float) -> Sample:
    return replace(SAMPLE, path=HELLO, version="yardstick", cpu={"hello": cpu})


def test_a_path_is_a_multiple_of_hello_beside_its_target() -> None:
    """Medians of the rounds; the services' sum has what came after the answers."""
    figures = Figures([hello(40.0), sample(70.0), sample(72.0), sample(99.0)])

    row = paths_table(figures, "this", [ONE_TICKET]).splitlines()[-1]

    assert row.split(" | ")[2:] == [
        "72.0 (70.0-99.0)",
        "1.80",
        "2.00",
        "yes",
        "90.0",
        "100",
        "50.0 |",
    ]


def test_a_path_may_have_a_yardstick_of_its_own() -> None:
    """A sign-in is hardly more than its scrypt, and many times a hello."""
    sign_in = Path("sign-in", "auth", lambda _: repeat(b""), 1.05, SCRYPT)
    scrypt = replace(SAMPLE, path=SCRYPT, version="yardstick", cpu={"scrypt": 100_000.0})
    signed_in = replace(SAMPLE, path="sign-in", cpu={"auth": 106_000.0}, settled={"auth": 1.0})

    row = paths_table(Figures([scrypt, signed_in]), "this", [sign_in]).splitlines()[-1]

    assert "| 1.06 x bare scrypt | 1.05 | no |" in row


def test_a_path_that_was_not_measured_is_left_out() -> None:
    """A short run has fewer rows."""
    assert len(paths_table(Figures([hello(40.0)]), "this", [ONE_TICKET]).splitlines()) == 2


def test_two_versions_are_compared_by_their_medians() -> None:
    """Half the CPU and twice the requests a second."""
    old = sample(80.0, version="old", per_second=500.0)
    figures = Figures([old, sample(40.0)])

    row = ratios_table(figures, "old", "this", [ONE_TICKET]).splitlines()[-1]

    assert row.endswith("| 0.50 | 2.00 |")


def test_answers_that_should_not_be_are_told() -> None:
    """Figures of errors are no figures."""
    assert "{'503': 3}" in unexpected([sample(1.0, unexpected={"503": 3})])
    assert unexpected([SAMPLE]) == "None.\n"
