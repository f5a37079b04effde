"""The schedule of faults."""

from infra.tests.chaos.plan import SERVICES
from infra.tests.chaos.schedule import CALM, deck, schedule


def test_a_seed_gives_the_same_faults_each_time() -> None:
    """A run can be repeated."""
    # Given a seed, when its schedule is drawn twice
    first, second = schedule(7, 60), schedule(7, 60)

    # Then both are the same, and another seed's is not
    assert first == second
    assert first != schedule(8, 60)


def test_faults_leave_both_ends_calm() -> None:
    """There is time to start work before the first fault and to end the last one."""
    # Given a schedule of a minute
    faults = schedule(1, 60)

    # When its times are looked at, then they are in order and within the minute
    assert [fault.at for fault in faults] == sorted(fault.at for fault in faults)
    assert faults[0].at >= CALM
    assert faults[-1].at <= 60 - CALM


def test_redis_loses_everything_in_every_run() -> None:
    """However short a run is, Redis is wiped in it."""
    # Given short runs of many seeds, when their schedules are drawn
    runs = [schedule(seed, 15) for seed in range(50)]

    # Then each wipes Redis
    assert all(any(fault.kind == "wipe" for fault in run) for run in runs)


def test_a_long_run_holds_every_fault() -> None:
    """Once the deck is through, everything has happened."""
    # Given a run long enough for the whole deck
    faults = {(fault.kind, fault.target) for fault in schedule(3, 600)}

    # When it is compared with the deck, then nothing is missing
    assert {(kind, target) for kind, target, _ in deck()} <= faults


def test_the_stream_is_wiped_on_request() -> None:
    """NATS loses its data only where the run says so."""
    # Given a schedule with the wipe and one without
    wiped, kept = schedule(5, 60, wipe_stream=True), schedule(5, 60)

    # When both are compared, then the wipe is the only difference
    assert [fault for fault in wiped if fault not in kept] == [
        fault for fault in wiped if (fault.kind, fault.target) == ("wipe", "nats")
    ]


def test_an_upgrade_swaps_each_services_versions_in_either_half() -> None:
    """Both replicas of each service run in both versions, and all other faults stay the same."""
    # Given the same seed with two versions side by side and without
    mixed, plain = schedule(5, 60, upgrade=True), schedule(5, 60)

    # When what was added is looked at
    swaps = [fault for fault in mixed if fault not in plain]

    # Then each service's replicas exchange their versions once before and once after the middle
    assert {fault.kind for fault in swaps} == {"swap versions"}
    assert sorted(fault.target for fault in swaps if fault.at <= 30) == sorted(SERVICES)
    assert sorted(fault.target for fault in swaps if fault.at > 30) == sorted(SERVICES)


def test_a_silent_stripe_does_nothing_by_itself() -> None:
    """Neither the dashboard nor webhooks strike, and all other faults stay the same."""
    # Given the same seed with a silent Stripe and without
    silent, plain = schedule(5, 600, silent=True), schedule(5, 600)

    # When what is missing is looked at
    missing = {(fault.kind, fault.target) for fault in plain if fault not in silent}

    # Then it is the dashboard's and the webhooks', and nothing else
    assert missing == {
        (kind, target)
        for kind, target, _ in deck()
        if kind == "dashboard" or target.startswith("webhook_")
    }
    assert set(silent) <= set(plain)
