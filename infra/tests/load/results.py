"""All that was measured, as JSON."""

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.tests.load.figures import Spread
from infra.tests.load.flash import Sale
from infra.tests.load.open_paths import OpenRun
from infra.tests.load.saga_runs import SagaRun
from infra.tests.load.sample import Sample
from infra.tests.load.soak import Soak
from infra.tests.versions import ROOT


@dataclass(slots=True)
class Results:
    """By version where several are compared. `rss` in MiB by moment and service."""

    machine: dict[str, Any]
    samples: list[Sample] = field(default_factory=list)
    sagas: dict[str, list[SagaRun]] = field(default_factory=dict)
    lag: SagaRun | None = None  # at half of saturation
    asking: dict[str, list[SagaRun]] = field(default_factory=dict)
    open: list[OpenRun] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    scale: dict[int, list[Sample]] = field(default_factory=dict)
    start: dict[str, tuple[Spread, Spread]] = field(default_factory=dict)
    rss: dict[str, Mapping[str, float]] = field(default_factory=dict)
    idle: dict[str, float] = field(default_factory=dict)  # milliseconds of CPU a second
    soak: Soak | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "machine": self.machine,
            "samples": [each.as_json() for each in self.samples],
            "sagas": {name: [run.as_json() for run in runs] for name, runs in self.sagas.items()},
            "lag": self.lag and self.lag.as_json(),
            "asking": {name: [run.as_json() for run in runs] for name, runs in self.asking.items()},
            "open": [each.as_json() for each in self.open],
            "flash_sales": [each.as_json() for each in self.sales],
            "scale": {str(n): [s.as_json() for s in found] for n, found in self.scale.items()},
            "start_seconds": {
                name: {"passed": asdict(passed), "cpu": asdict(used)}
                for name, (passed, used) in self.start.items()
            },
            "idle_cpu_ms_per_second": self.idle,
            "rss_mib": {moment: dict(used) for moment, used in self.rss.items()},
            "soak": self.soak and self.soak.as_json(),
        }


def machine() -> dict[str, Any]:
    """Where and when, and what else was going on."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": _described(ROOT),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "load": list(os.getloadavg()),
    }


def _described(checkout: Path) -> str:
    argv = ["git", "-C", str(checkout), "describe", "--always", "--dirty"]
    found = subprocess.run(argv, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "not under version control"
