from dataclasses import replace

from infra.tests.load.saga_runs import SagaRun
from infra.tests.load.saga_tables import (
    asking_table,
    saga_ratios_table,
    sagas_table,
    services_table,
)

RUN = SagaRun(
    kind="at once",
    asked=64,
    done=100,
    failed=0,
    per_second=200.0,
    p50=300.0,
    p99=400.0,
    p999=500.0,
    cpu=3000.0,
    stores=2500.0,
    services={"tickets": 1000.0, "orders": 2000.0},
    lags={},
    requests=3.0,
)


def test_rounds_of_as_many_sagas_are_one_row() -> None:
    """Their median, beside how far they were apart; all that failed is told."""
    runs = [RUN, replace(RUN, cpu=5000.0, failed=1), replace(RUN, cpu=4000.0, failed=2)]

    rows = sagas_table([*runs, replace(RUN, kind="a second", asked=80.0)], 50.0).splitlines()[2:]

    assert rows == [
        "| 64 at once | 200 | 300 | 400 | 4000 (3000-5000) | 80.0 | 100 | yes | 2500 | 3 |",
        "| 80 a second | 200 | 300 | 400 | 3000 (3000-3000) | 60.0 |  |  | 2500 | 0 |",
    ]


def test_more_than_the_target_is_told() -> None:
    """Of the median, in hellos of the same run."""
    assert "| 101 | 100 | no |" in sagas_table([replace(RUN, cpu=4040.0)], 40.0)


def test_two_versions_are_compared_by_their_medians() -> None:
    """Half the CPU, and a quarter more a second; what only one of them did is left out."""
    before = [RUN, replace(RUN, asked=16)]
    after = [replace(RUN, cpu=1500.0, per_second=250.0), replace(RUN, kind="a second")]

    rows = saga_ratios_table(before, after).splitlines()[2:]

    assert len(rows) == 1
    assert rows[0].endswith("| 0.50 | 1.25 |")


def test_the_busiest_run_shows_who_took_it() -> None:
    """There the fixed costs count least."""
    busiest = replace(RUN, asked=480, kind="a second", per_second=280.0, services={"orders": 7.0})

    assert services_table([RUN, busiest]).splitlines() == [
        "| CPU µs/saga at 480 a second | µs |",
        "| --- | --: |",
        "| orders | 7.00 |",
    ]


def test_sales_by_asking_are_compared_where_both_were_measured() -> None:
    """Each figure with how many times the other version's it is; and how often one had to ask."""
    asking = replace(RUN, kind="at once, asking", requests=5.0)
    before = replace(asking, requests=10.0, per_second=100.0, cpu=6000.0)

    assert asking_table([asking]).splitlines()[2:] == [
        "| 64 at once, asking | 200 | 5.00 | 300 | 400 | 500 | 3000 | 2500 | 0 |"
    ]
    (row,) = asking_table([asking], [before, RUN]).splitlines()[2:]
    assert "| 200 (x 2.00) | 5.00 (x 0.50) | 300 (x 1.00) |" in row
