"""Dashboards: what Grafana would only show as a panel that is empty, or in another's place."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from infra.tests.alerts import alerts, bounds, of_ours, recorded
from infra.tests.asked import Asked, asked, kept
from infra.tests.dashboards import DASHBOARDS, FOLDER, SCRAPERS, Panel, panels
from infra.tests.manifests.cluster import INFRA, Cluster
from ticketing_local.servers.prometheus import prometheus
from ticketing_local.services import SERVICES

COLUMNS = 24
UNITS = {"s", "percentunit", "reqps", "bytes", "short"}
PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}

each_panel = pytest.mark.parametrize("panel", panels(), ids=str)


def test_each_expression_is_promql(promtool: str, tmp_path: Path) -> None:
    """Prometheus' own tool reads them, as rules, with a range for each that Grafana fills in."""
    groups = [
        {
            "name": str(panel),
            "rules": [
                {"record": f"line:{number}", "expr": re.sub(r"\$__\w+", "5m", query.expression)}
                for number, query in enumerate(panel.queries)
            ],
        }
        for panel in panels()
    ]
    rules = tmp_path / "panels.yaml"
    rules.write_text(yaml.safe_dump({"groups": groups}))

    said = subprocess.run([promtool, "check", "rules", rules], capture_output=True, text=True)

    assert said.returncode == 0, said.stdout + said.stderr
    assert "$" not in rules.read_text()


def test_all_that_an_expression_asks_for_is_found() -> None:
    """Whatever stands around it; words in strings, functions and operators are no figures."""
    found = asked(
        [
            "1 - (sum(a_total{x='b{c}', y!~\"d\"}[5m]) or vector(0)) / our:ratio",
            "histogram_quantile(0.9, sum by (le, by) (rate(e_bucket[5m]))) > bool max(f)",
        ]
    )

    assert found == {
        Asked("a_total", frozenset("xy")),
        Asked("e_bucket", frozenset(["le", "by"])),
        Asked("f", frozenset(["le", "by"])),
    }


@each_panel
def test_each_panel_says_what_it_shows(panel: Panel) -> None:
    """In words for who sees it for the first time, at night; one sentence, as there is no more."""
    assert panel.title
    assert panel.description.endswith(".")
    assert ". " not in panel.description
    assert panel.unit in UNITS
    assert panel.spec["datasource"] == PROMETHEUS
    assert panel.spec["type"] in ("timeseries", "stat")


@each_panel
def test_legends_show_labels_that_are_left(panel: Panel) -> None:
    """What an expression sums up over is in none of its lines."""
    for query in panel.queries:
        assert query.named_by == kept(query.expression) - {"le"}


def test_what_rules_record_is_recorded() -> None:
    """The rest is asked of a running stack, in tests/integration/test_metrics.py."""
    expressions = [query.expression for panel in panels() for query in panel.queries]
    named = {name for text in expressions for name in re.findall(r"\w+(?::\w+)+", text)}

    assert named
    assert named <= recorded()


@each_panel
def test_thresholds_are_those_of_alerts(panel: Panel) -> None:
    """Red begins where somebody is woken, of which the description tells."""
    known = set[float]().union(*(bounds(alert) for alert in panel.alerts))

    assert panel.thresholds <= known
    if panel.spec["type"] == "timeseries" and panel.thresholds:
        style = panel.spec["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"]
        assert style == {"mode": "line"}


def test_each_alert_about_our_figures_is_on_a_panel() -> None:
    """With its bound, where it has one of which a panel can draw a line."""
    ours = {each.name for each in of_ours()} | recorded()
    named = {
        name for name, rule in alerts().items() if any(figure in rule["expr"] for figure in ours)
    }
    shown = {alert for panel in panels() for alert in panel.alerts}
    drawn = {alert for panel in panels() if panel.thresholds for alert in panel.alerts}

    assert shown == named
    assert drawn == {name for name in named if bounds(name)}


def test_panels_stand_beside_each_other() -> None:
    """Within the grid's columns; and each has a number of its own."""
    for name in DASHBOARDS:
        ours = [panel for panel in panels() if panel.dashboard == name]
        cells = Counter(cell for panel in ours for cell in panel.cells)

        assert max(cells.values()) == 1
        assert {x for x, _ in cells} == set(range(COLUMNS))
        assert [panel.spec["id"] for panel in ours] == [*range(1, len(ours) + 1)]


def test_dashboards_lead_to_each_other() -> None:
    """By a tag that all have, for the same time and Prometheus; their addresses stay."""
    uids = [board["uid"] for board in DASHBOARDS.values()]
    assert uids == [f"ticketing-{name.removeprefix('the-')}" for name in DASHBOARDS]
    for board in DASHBOARDS.values():
        (link,) = board["links"]
        (variable,) = board["templating"]["list"]

        assert link["type"] == "dashboards"
        assert set(link["tags"]) <= set(board["tags"])
        assert link["keepTime"]
        assert link["includeVars"]
        assert (variable["type"], variable["query"]) == ("datasource", "prometheus")
        assert PROMETHEUS["uid"] == f"${{{variable['name']}}}"
        assert (board["refresh"], board["time"]["from"]) == ("30s", "now-1h")


def test_grafanas_sidecar_finds_them(monitored: Cluster) -> None:
    """By the label, and each under the name of its file."""
    config = monitored.kind("ConfigMap")["ticketing-dashboards"]

    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert config["data"] == {file.name: file.read_text() for file in FOLDER.glob("*.json")}


@pytest.fixture
def monitored(tmp_path: Path) -> Cluster:
    """The component alone."""
    up = Path(*[".."] * (len(tmp_path.parts) - 1)) / INFRA.relative_to("/")
    overlay = {"components": [str(up / "k8s-monitoring")]}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    return Cluster.rendered(tmp_path)


def test_each_scraper_says_whose_figures_they_are(tmp_path: Path) -> None:
    """By the same labels in a cluster and on a laptop, or panels by service would be empty."""
    prometheus(Path("prometheus"), tmp_path, 9090, dict.fromkeys(SERVICES, ()), {})
    config = yaml.safe_load((tmp_path / "prometheus.yaml").read_text())

    ours = [job for job in config["scrape_configs"] if job["job_name"] in SERVICES]
    assert len(ours) == len(SERVICES)
    for job in ours:
        (static,) = job["static_configs"]
        assert set(static["labels"]) == SCRAPERS
        assert set(static["labels"].values()) == {job["job_name"]}


def test_the_list_names_each_panel() -> None:
    """In its order, for who has no Grafana open."""
    page = (FOLDER / "README.md").read_text()
    for name, board in DASHBOARDS.items():
        section = page.partition(f"]({name}.json)\n")[2].partition("\n## ")[0]

        listed = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)[1:]
        assert listed == [panel["title"] for panel in board["panels"]]
