"""What Prometheus says of its alerts: which fire, from when until when."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import httpx

from ticketing_local.harness import Stack

POLL = 1.0  # seconds
TIMEOUT = 10.0  # seconds for an answer
SHOWN = ("service", "collection", "consumer", "source")  # labels that say of what it fires

Say = Callable[[str], None]


@dataclass(slots=True)
class Firing:
    """One alert, from its first to its last moment by `time.monotonic`; `of` is what by its
    labels, empty where there is but one."""

    alert: str
    of: str
    began: float
    ended: float | None = None


class Watch:
    """Asks every second; `firings` are all that there were, in the order of their beginning."""

    def __init__(self, prometheus: str, say: Say) -> None:
        self.firings: list[Firing] = []
        self._url = f"{prometheus}/api/v1/alerts"
        self._say = say

    def of(self, alert: str, since: float) -> list[Firing]:
        """Those of an alert that began at that moment or later."""
        return [each for each in list(self.firings) if each.alert == alert and each.began >= since]

    def last_end(self, alert: str) -> float:
        """When it was over last; raises `ValueError` where it never was."""
        ends = [each.ended for each in self.firings if each.alert == alert]
        return max(end for end in ends if end is not None)

    def is_firing(self, alert: str) -> bool:
        return any(each.alert == alert and each.ended is None for each in list(self.firings))

    def run(self, stop: Event) -> None:
        with httpx.Client(timeout=TIMEOUT) as http:
            while not stop.wait(POLL):
                try:
                    alerts = http.get(self._url).raise_for_status().json()["data"]["alerts"]
                    self.note(alerts, time.monotonic())
                except httpx.HTTPError as error:  # busy: what fires is still there a second later
                    self._say(f"Prometheus did not answer: {error!r}")

    def note(self, alerts: list[dict[str, Any]], at: float) -> None:
        """`alerts` are Prometheus' answer at that moment."""
        firing = {
            (alert["labels"]["alertname"], _of(alert["labels"]))
            for alert in alerts
            if alert["state"] == "firing"
        }
        going_on = {(each.alert, each.of): each for each in self.firings if each.ended is None}
        for key in sorted(firing - set(going_on)):
            self.firings.append(Firing(*key, began=at))
            self._say(f"{_named(*key)} fires")
        for key in sorted(set(going_on) - firing):
            going_on[key].ended = at
            self._say(f"{_named(*key)} is over after {at - going_on[key].began:.0f} s")


def _of(labels: dict[str, str]) -> str:
    return " ".join(dict.fromkeys(labels[label] for label in SHOWN if label in labels))


def _named(alert: str, of: str) -> str:
    return f"{alert} ({of})" if of else alert


@contextmanager
def watching(stack: Stack, say: Say) -> Iterator[Watch]:
    watch, stop = Watch(stack.url_of("prometheus"), say), Event()
    thread = Thread(target=watch.run, args=[stop], daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        stop.set()
        thread.join(2 * TIMEOUT)
