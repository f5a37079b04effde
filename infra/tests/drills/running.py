"""Running drills: strike, wait for the alerts, mend, wait for their end; and what fired besides."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from infra.tests.drills.catalogue import Drill
from infra.tests.drills.site import Site
from infra.tests.drills.watch import Say, Watch

FIRES = 1200.0  # seconds until an alert has to fire: 10 minutes are the longest `for`
ENDS = 900.0  # seconds until it has to be over, once the fault is mended
LASTS = 2700.0  # seconds, where a window of half an hour outlasts it
POLL = 0.5  # seconds


@dataclass(slots=True)
class Row:
    """One alert in one drill: None where it did not come about in time. `mended` is a moment, the
    others are seconds, from the fault on and from its end."""

    fault: str
    alert: str
    of: str = ""
    fired: float | None = None
    mended: float = 0.0
    over: float | None = None


@dataclass(slots=True)
class Results:
    rows: list[Row] = field(default_factory=list)
    beside: dict[str, list[str]] = field(default_factory=dict)
    """What fired besides, by the fault."""
    early: list[str] = field(default_factory=list)
    """What fired before there was any fault."""

    @property
    def failed(self) -> bool:
        return bool(self.early) or any(None in (row.fired, row.over) for row in self.rows)


class Running:
    """`results` grow with each drill."""

    def __init__(self, site: Site, watch: Watch, results: Results, say: Say) -> None:
        self.results = results
        self._site, self._watch, self._say = site, watch, say

    def drill(self, drill: Drill) -> None:
        """Takes minutes. What does not come about in time is left empty in its row."""
        concerned = (*drill.expects, *drill.brings)
        self._await_ends([row for row in self.results.rows if row.alert in concerned], LASTS)
        self._ended(concerned, LASTS)
        self._say(f"{drill.fault}: {', '.join(drill.expects)}")
        rows = [Row(drill.fault, alert) for alert in drill.expects]
        self.results.rows += rows
        begun = time.monotonic()
        try:
            self._strike(drill, rows, begun)
            self._site.stack.await_ready()
        except Exception as error:  # noqa: BLE001 - the other drills are still worth their time
            self._say(f"{drill.fault}: failed by {error!r}")
        self._await_ends([row for row in rows if row.alert not in drill.lasting], ENDS)
        fired = {each.alert for each in self._watch.firings if each.began >= begun}
        self.results.beside[drill.fault] = sorted(fired - set(drill.expects))

    def finish(self) -> None:
        """Wait for the end of what lasts."""
        self._await_ends(self.results.rows, LASTS)

    def _strike(self, drill: Drill, rows: list[Row], begun: float) -> None:
        try:
            with drill.strike(self._site):
                struck = time.monotonic()
                for row in rows:
                    self._await_firing(row, begun, struck)
                self._say("mending")
        finally:
            for row in rows:
                row.mended = time.monotonic()

    def _await_firing(self, row: Row, begun: float, struck: float) -> None:
        if _comes_about(lambda: self._watch.of(row.alert, begun), struck + FIRES):
            first = self._watch.of(row.alert, begun)[0]
            row.of, row.fired = first.of, max(0.0, first.began - struck)
        else:
            self._say(f"{row.alert} did not fire")

    def _await_ends(self, rows: Iterable[Row], bound: float) -> None:
        for row in rows:
            if row.fired is None or row.over is not None:
                continue
            if self._ended((row.alert,), bound):
                row.over = max(0.0, self._watch.last_end(row.alert) - row.mended)
            else:
                self._say(f"{row.alert} is not over")

    def _ended(self, alerts: Iterable[str], bound: float) -> bool:
        deadline = time.monotonic() + bound
        return all(
            _comes_about(lambda alert=alert: not self._watch.is_firing(alert), deadline)  # type: ignore[misc]
            for alert in alerts
        )


def _comes_about(condition: Callable[[], object], deadline: float) -> bool:
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True
