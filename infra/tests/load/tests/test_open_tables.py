from dataclasses import replace

from infra.tests.load.open_paths import OpenRun
from infra.tests.load.open_tables import open_table

RUN = OpenRun(
    path="pay",
    version="this",
    share=0.3,
    rate=200.0,
    answered=400,
    unexpected=1,
    p50=3.0,
    p99=20.0,
    p999=30.0,
    cpu=900.0,
    stores=500.0,
)


def test_rounds_of_a_share_are_one_row() -> None:
    """Their medians; all that was not answered as expected is told."""
    runs = [RUN, replace(RUN, p99=40.0), replace(RUN, p99=25.0)]

    assert open_table(runs, "this").splitlines()[2:] == [
        "| pay, 30% | 200 | 3.00 | 25.0 | 30.0 | 900 | 500 | 3 |"
    ]


def test_another_version_s_figures_are_what_they_are_multiples_of() -> None:
    """At the same rate."""
    runs = [RUN, replace(RUN, version="main", p99=40.0)]

    (row,) = open_table(runs, "this", "main").splitlines()[2:]

    assert "| 20.0 (x 0.50) |" in row
