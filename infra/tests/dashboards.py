"""Grafana's dashboards as they are deployed, and what their panels ask for."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from infra.tests.alerts import alerts
from infra.tests.asked import Asked, asked
from infra.tests.manifests.cluster import INFRA

FOLDER = INFRA / "k8s-monitoring/dashboards"
DASHBOARDS: dict[str, dict[str, Any]] = {
    file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))
}

_MONITOR = yaml.safe_load((INFRA / "k8s-monitoring/pod-monitor.yaml").read_text())
SCRAPERS = frozenset(_MONITOR["spec"]["podTargetLabels"])  # labels that no service gives itself


@dataclass(frozen=True)
class Query:
    """One line of a panel, or as many as it has labels."""

    expression: str
    legend: str

    @property
    def named_by(self) -> set[str]:
        """The labels that its legend shows."""
        return set(re.findall(r"\{\{\s*(\w+)\s*\}\}", self.legend))


@dataclass(frozen=True)
class Panel:
    dashboard: str
    spec: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.dashboard}: {self.title}"

    @property
    def title(self) -> str:
        return str(self.spec.get("title", ""))

    @property
    def description(self) -> str:
        return str(self.spec.get("description", ""))

    @property
    def unit(self) -> str:
        return str(self.spec["fieldConfig"]["defaults"].get("unit", ""))

    @property
    def queries(self) -> list[Query]:
        return [Query(each["expr"], each["legendFormat"]) for each in self.spec["targets"]]

    @property
    def thresholds(self) -> set[float]:
        """From where on it has another colour, or where it draws a line."""
        steps = self.spec["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", [])
        return {step["value"] for step in steps if step["value"] is not None}

    @property
    def alerts(self) -> list[str]:
        """Those that its description leads to."""
        return [name for name in alerts() if re.search(rf"\b{name}\b", self.description)]

    @property
    def cells(self) -> Iterator[tuple[int, int]]:
        """Of the grid, each by its column and row."""
        at = self.spec["gridPos"]
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                yield x, y


def panels() -> list[Panel]:
    return [Panel(name, each) for name, board in DASHBOARDS.items() for each in board["panels"]]


def of_services() -> set[Asked]:
    """All that the dashboards ask for of our services; what scrapers add is not theirs."""
    found = asked(query.expression for panel in panels() for query in panel.queries)
    return {Asked(name, labels - SCRAPERS) for name, labels in found}
