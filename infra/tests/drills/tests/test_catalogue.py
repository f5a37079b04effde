from infra.tests.alerts import alerts
from infra.tests.drills.catalogue import DRILLS, chosen


def test_each_alert_has_its_drill() -> None:
    """One that no fault brought about is none that anybody can rely on."""
    expected = [alert for drill in DRILLS for alert in drill.expects]

    assert sorted(expected) == sorted(alerts())


def test_drills_name_alerts_that_there_are() -> None:
    """Those that fire besides, and those that last, too."""
    for drill in DRILLS:
        assert set(drill.brings) <= set(alerts()) - set(drill.expects)
        assert set(drill.lasting) <= set(drill.expects)


def test_some_may_be_chosen() -> None:
    """By the alerts that they are for."""
    assert chosen([]) == list(DRILLS)
    assert [drill.expects for drill in chosen(["NewsIsDead"])] == [("NewsIsDead",)]
    assert len(chosen(["VolumeFills", "CertificateEnds"])) == 1
