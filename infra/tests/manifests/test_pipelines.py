"""The pipelines: who starts them, what they may do, and for how long."""

import re
from typing import Any

import pytest
import yaml

from infra.tests.manifests.cluster import INFRA, ROOT, SERVICES

WORKFLOWS = ROOT / ".github" / "workflows"
# What every service is made of besides its own folder.
SHARED = {"common/**", "infra/images/**", "pyproject.toml", "requirements.txt"}


def workflow(name: str) -> dict[str, Any]:
    text = (WORKFLOWS / f"{name}.yaml").read_text()
    # YAML reads the key `on` as true.
    document: dict[Any, Any] = yaml.safe_load(text)
    return {"on" if key is True else key: value for key, value in document.items()}


@pytest.mark.parametrize("service", SERVICES)
def test_a_change_of_a_service_or_of_what_all_share_starts_its_pipelines(service: str) -> None:
    """tests-* for pull requests, deploy-* for pushes to main, both for the same paths."""
    tests, deploy = workflow(f"tests-{service}"), workflow(f"deploy-{service}")
    assert deploy["on"]["push"]["branches"] == ["main"]
    triggers = {
        "tests": set(tests["on"]["pull_request"]["paths"]),
        "deploy": set(deploy["on"]["push"]["paths"]),
    }
    for kind, paths in triggers.items():
        own = f".github/workflows/{kind}-{service}.yaml"
        assert {f"{service}/**", ".github/workflows/service.yaml", own, *SHARED} <= paths
    common = [{p for p in paths if f"-{service}.yaml" not in p} for paths in triggers.values()]
    assert common[0] == common[1]
    for caller in (tests, deploy):
        (job,) = caller["jobs"].values()
        assert job["uses"] == "./.github/workflows/service.yaml"
        assert job["with"]["service"] == service
    assert "deploy" not in tests["jobs"][service]["with"]
    assert deploy["jobs"][service]["with"]["deploy"] is True


def test_a_change_of_what_the_manifests_are_held_against_starts_their_check() -> None:
    """Sources and settings, pins, recipes, and everything in infra and .github."""
    paths = set(workflow("tests-infra")["on"]["pull_request"]["paths"])
    assert {"*/src/**", "*/Dockerfile", "*/requirements.txt", "infra/**", ".github/**"} <= paths
    assert {".dockerignore", "Makefile", "pyproject.toml", "skaffold.yaml"} <= paths


def test_pipelines_may_do_no_more_than_they_need() -> None:
    """Nothing by default, reading the code where it is checked out, and a limit of time."""
    for path in WORKFLOWS.glob("*.yaml"):
        document = workflow(path.stem)
        assert document["permissions"] == {}, path.name
        for job in document["jobs"].values():
            assert job["permissions"] == {"contents": "read"}, path.name
            assert "uses" in job or job["timeout-minutes"] <= 60, path.name


def test_pipelines_can_reach_the_cluster_for_as_long_as_they_take() -> None:
    """The credentials of a job outlive it, so whatever fails late can still be taken back."""
    found = re.search(r"--expiry-seconds (\d+)", (INFRA / "k8s-prod/kubeconfig").read_text())
    assert found
    limits = [
        job["timeout-minutes"]
        for path in WORKFLOWS.glob("*.yaml")
        for job in workflow(path.stem)["jobs"].values()
        if "infra/k8s-prod/kubeconfig" in str(job)
    ]
    assert limits
    assert 60 * max(limits) <= int(found[1])
