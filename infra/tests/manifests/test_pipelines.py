"""The pipelines: who starts them, and what they do to a cluster."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.tests.manifests.cluster import INFRA, ROOT, SERVICES, Cluster, kubectl
from infra.tests.manifests.test_references import SECRETS

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


def test_pipelines_may_do_no_more_than_they_need() -> None:
    """Nothing by default, reading the code where it is checked out, and a limit of time."""
    for path in WORKFLOWS.glob("*.yaml"):
        document = workflow(path.stem)
        assert document["permissions"] == {}, path.name
        for job in document["jobs"].values():
            assert job["permissions"] == {"contents": "read"}, path.name
            assert "uses" in job or job["timeout-minutes"] <= 60, path.name


@pytest.fixture
def cluster_stub(tmp_path: Path) -> Path:
    """A `kubectl` that writes down what it is told, and fails a rollout where FAIL says so."""
    program = tmp_path / "kubectl"
    program.write_text(
        f"""#!/bin/sh
echo "$*" >>"{tmp_path}/log"
case "$*" in
*"get deployments,"*) echo deployment.apps/auth-depl ;;
*"get deployments "*) printf '%s\\n' "$LIVE" ;;
*"apply "*) {kubectl()} kustomize "${{6#--kustomize=}}${{5#--kustomize=}}" >"{tmp_path}/applied" ;;
*"rollout status"*) [ ! -e "{tmp_path}/fail" ] || {{ rm "{tmp_path}/fail"; exit 1; }} ;;
esac
"""
    )
    program.chmod(0o755)
    return tmp_path


def run(stub: Path, *command: str, live: str = "") -> tuple[int, list[str]]:
    """A script's exit code, and what it told kubectl."""
    environment = {**os.environ, "PATH": f"{stub}:{os.environ['PATH']}", "LIVE": live}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    return done.returncode, (stub / "log").read_text().splitlines()


def test_a_rollout_that_gets_ready_stays(cluster_stub: Path) -> None:
    """The image is set by digest, and waited for."""
    code, told = run(cluster_stub, str(INFRA / "k8s-prod/rollout"), "auth", "r/auth@sha256:1")

    assert code == 0
    assert told[0] == "set image deployment/auth-depl auth=r/auth@sha256:1"
    assert told[-1].startswith("rollout status deployment/auth-depl")
    assert not [line for line in told if "undo" in line]


def test_a_rollout_that_does_not_get_ready_is_taken_back(cluster_stub: Path) -> None:
    """Undone, waited for, and the pipeline fails."""
    (cluster_stub / "fail").touch()

    code, told = run(cluster_stub, str(INFRA / "k8s-prod/rollout"), "auth", "r/auth@sha256:1")

    assert code == 1
    assert told[-2:] == [
        "rollout undo deployment/auth-depl",
        "rollout status deployment/auth-depl --timeout=10m",
    ]


def test_manifests_leave_a_service_at_the_image_it_runs(cluster_stub: Path, prod: Cluster) -> None:
    """Applying the overlay keeps the digest that a pipeline chose, and is itself elsewhere."""
    live = "registry.digitalocean.com/ticketing/auth@sha256:" + "a" * 64

    code, _ = run(cluster_stub, str(INFRA / "k8s-prod/apply"), live=live)

    assert code == 0
    applied = Cluster(list(yaml.safe_load_all((cluster_stub / "applied").read_text())))
    assert applied.main("auth-depl").spec["image"] == live
    others = set(applied.workloads) - {"auth-depl"}
    assert all(applied.workloads[name] == prod.workloads[name] for name in others)
    assert not list(INFRA.glob("k8s-live*"))


def made(stub: Path, script: str, **variables: str) -> dict[str, set[str]]:
    """The Secrets that a script makes in an empty namespace, and their keys."""
    environment = {**os.environ, **variables, "PATH": f"{stub}:{os.environ['PATH']}"}
    subprocess.run([str(INFRA / script)], env=environment, check=True)
    told = [line.split() for line in (stub / "log").read_text().splitlines()]
    return {
        words[3]: {Path(word.split("=")[1]).name for word in words if word.startswith("--from-")}
        for words in told
        if words[:3] == ["create", "secret", "generic"]
    }


def test_scripts_make_the_secrets_that_pods_ask_for(cluster_stub: Path) -> None:
    """Production's are all there are; no value is on a command line, where processes show it."""
    keys = {"STRIPE_KEY": "sk_live_secret", "STRIPE_PUBLISHABLE_KEY": "pk_live_public"}

    assert made(cluster_stub, "k8s-prod/secrets", **keys) == SECRETS
    assert "sk_live_secret" not in (cluster_stub / "log").read_text()


def test_development_makes_the_base_systems_two_secrets(cluster_stub: Path) -> None:
    """Enough to start, with a random signing key and a Stripe key that only the fake takes."""
    secrets = made(cluster_stub, "k8s-dev/secrets")

    assert secrets == {"jwt-secret": {"JWT_KEY"}, "stripe-secret": {"STRIPE_KEY"}}


def test_a_secret_that_is_there_is_left_alone(cluster_stub: Path) -> None:
    """Signing keys and passwords are never overwritten."""
    program = cluster_stub / "kubectl"
    program.write_text(program.read_text() + 'case "$*" in "get secret "*) echo "$3" ;; esac\n')

    assert made(cluster_stub, "k8s-dev/secrets") == {}
