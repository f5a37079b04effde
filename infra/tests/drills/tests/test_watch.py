"""A watch, fed with what Prometheus would answer."""

from typing import Any

from infra.tests.drills.watch import Watch

SILENT: list[dict[str, Any]] = []


def alert(name: str, state: str = "firing", **labels: str) -> dict[str, Any]:
    return {"labels": {"alertname": name, "severity": "page", **labels}, "state": state}


def test_from_when_until_when() -> None:
    """One that is pending does not fire yet; one that comes again is another firing."""
    said: list[str] = []
    watch = Watch("http://localhost", said.append)

    watch.note([alert("NewsIsDead", "pending")], at=1.0)
    assert not watch.is_firing("NewsIsDead")
    watch.note([alert("NewsIsDead")], at=2.0)
    watch.note([alert("NewsIsDead")], at=3.0)
    assert watch.is_firing("NewsIsDead")
    watch.note(SILENT, at=7.0)
    watch.note([alert("NewsIsDead")], at=9.0)

    assert [(each.began, each.ended) for each in watch.firings] == [(2.0, 7.0), (9.0, None)]
    assert watch.last_end("NewsIsDead") == 7.0
    assert [each.began for each in watch.of("NewsIsDead", since=8.0)] == [9.0]
    assert said == ["NewsIsDead fires", "NewsIsDead is over after 5 s", "NewsIsDead fires"]


def test_of_what_it_fires() -> None:
    """An alert fires for as long as it does of anything."""
    watch = Watch("http://localhost", lambda _: None)
    watch.note([alert("ServiceIsSilent", service="orders")], at=1.0)
    watch.note([alert("ServiceIsSilent", service="auth")], at=2.0)

    assert watch.is_firing("ServiceIsSilent")
    assert [each.of for each in watch.firings] == ["orders", "auth"]
