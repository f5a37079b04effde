"""Alerts: Prometheus' own tool plays figures to them, and says which would tell somebody."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from infra.tests.alerts import RULES, alerts
from infra.tests.manifests.cluster import INFRA

PLAYED = Path(__file__).with_name("alerts.test.yaml")
QUIET = "all is well"  # what the name of a test begins with in which none fires


def test_each_fires_when_it_should_and_else_is_silent(promtool: str, tmp_path: Path) -> None:
    """With the words that somebody reads at night."""
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(RULES))  # as Prometheus itself reads them
    shutil.copy(PLAYED, tmp_path)

    played = subprocess.run(
        [promtool, "test", "rules", PLAYED.name], cwd=tmp_path, capture_output=True, text=True
    )

    assert played.returncode == 0, played.stdout + played.stderr


def test_each_is_played_to() -> None:
    """One that never fired in a test is none that anybody can rely on."""
    tests: list[dict[str, Any]] = yaml.safe_load(PLAYED.read_text())["tests"]
    fired = {
        each["alertname"]
        for test in tests
        for each in test.get("alert_rule_test", [])
        if each.get("exp_alerts")
    }

    assert fired == set(alerts())
    assert any(test["name"].startswith(QUIET) for test in tests)


def test_each_has_its_page_in_the_runbook() -> None:
    """Whoever is woken finds what to do by the alert's name, and no page of one that is gone."""
    guide = (INFRA / "README.md").read_text()
    runbook = guide.partition("\n## Alerts\n")[2].partition("\n## ")[0]

    assert re.findall(r"^### (\w+)$", runbook, re.MULTILINE) == list(alerts())
    assert all(each["labels"]["severity"] in ("page", "ticket") for each in alerts().values())
