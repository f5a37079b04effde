"""The scripts that change a cluster, against a `kubectl` that writes down what it is told."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from infra.tests.manifests.cluster import INFRA, Cluster


def run(stub: Path, *command: str, live: str = "") -> tuple[int, list[str]]:
    """A script's exit code, and what it told kubectl."""
    environment = {**os.environ, "PATH": f"{stub}:{os.environ['PATH']}", "LIVE": live}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    return done.returncode, (stub / "log").read_text().splitlines()


def test_a_rollout_that_gets_ready_stays(cluster_stub: Path) -> None:
    """The image is set by digest, and waited for."""
    code, told = run(cluster_stub, str(INFRA / "k8s-prod/rollout"), "auth", "r/auth@sha256:1")

    assert code == 0
    assert told[1] == "set image deployment/auth-depl auth=r/auth@sha256:1"
    assert "rollout status deployment/auth-depl --timeout=10m" in told
    assert not [line for line in told if "undo" in line]


def test_a_rollout_that_was_overwritten_is_repeated(cluster_stub: Path) -> None:
    """Manifests applied at the same moment leave the old image: ready, but not what was asked."""
    (cluster_stub / "lost").touch()

    code, _ = run(cluster_stub, str(INFRA / "k8s-prod/rollout"), "auth", "r/auth@sha256:1")

    assert code == 0
    assert (cluster_stub / "image").read_text() == "r/auth@sha256:1\n"


def test_a_rollout_that_does_not_get_ready_is_taken_back(cluster_stub: Path) -> None:
    """Undone, waited for, and the pipeline fails."""
    (cluster_stub / "fail").touch()

    code, told = run(cluster_stub, str(INFRA / "k8s-prod/rollout"), "auth", "r/auth@sha256:1")

    assert code == 1
    assert told[-2:] == [
        "rollout undo deployment/auth-depl",
        "rollout status deployment/auth-depl --timeout=10m",
    ]


def test_the_same_image_again_takes_nothing_back(cluster_stub: Path) -> None:
    """Run once more while something else is broken, it does not bring an older release."""
    (cluster_stub / "fail").touch()

    code, told = run(cluster_stub, str(INFRA / "k8s-prod/rollout"), "auth", "r/auth@sha256:0")

    assert code == 1
    assert not [line for line in told if "undo" in line]


def test_an_image_that_may_not_be_set_fails_and_takes_nothing_back(cluster_stub: Path) -> None:
    """The old pods being ready does not make it a success."""
    (cluster_stub / "refused").touch()

    code, told = run(cluster_stub, str(INFRA / "k8s-prod/rollout"), "auth", "r/auth@sha256:1")

    assert code == 1
    assert not [line for line in told if "undo" in line]


def test_the_first_images_are_made_before_there_is_a_cluster_to_run_them(
    cluster_stub: Path,
) -> None:
    """Before the manifests are applied there is nothing to roll out, and that is no failure."""
    (cluster_stub / "empty").touch()

    code, told = run(cluster_stub, str(INFRA / "k8s-prod/rollout"), "auth", "r/auth@sha256:1")

    assert code == 0
    assert len(told) == 1


AUTH = "registry.digitalocean.com/ticketing/auth"
DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("live", "applied"),
    [
        (f"{AUTH}@{DIGEST}", f"{AUTH}@{DIGEST}"),
        (f"{AUTH}:v1@{DIGEST}", f"{AUTH}@{DIGEST}"),  # as `skaffold run` leaves it
        (f"{AUTH}:v1", f"{AUTH}:v1"),
        (AUTH, f"{AUTH}:latest"),
    ],
)
def test_manifests_leave_a_service_at_the_image_it_runs(
    cluster_stub: Path, prod: Cluster, live: str, applied: str
) -> None:
    """Applying the overlay keeps the image that a pipeline chose, and is itself elsewhere."""
    code, _ = run(cluster_stub, str(INFRA / "k8s-prod/apply"), live=live)

    assert code == 0
    cluster = Cluster(list(yaml.safe_load_all((cluster_stub / "applied").read_text())))
    assert cluster.main("auth-depl").spec["image"] == applied
    others = set(cluster.workloads) - {"auth-depl"}
    assert all(cluster.workloads[name] == prod.workloads[name] for name in others)
    assert not list(INFRA.glob("k8s-live*"))


def test_a_cluster_that_does_not_say_what_it_runs_is_left_alone(cluster_stub: Path) -> None:
    """No answer is not the same as no images: nothing is applied."""
    (cluster_stub / "silent").touch()

    code, told = run(cluster_stub, str(INFRA / "k8s-prod/apply"))

    assert code == 1
    assert not [line for line in told if "apply" in line]


@pytest.mark.parametrize("changes", [True, False])
def test_manifests_take_back_what_they_changed_and_nothing_else(
    cluster_stub: Path, changes: bool
) -> None:
    """What is not ready for another reason is reported, but not put back to an older release."""
    (cluster_stub / "fail").touch()
    if changes:
        (cluster_stub / "changes").touch()

    code, told = run(cluster_stub, str(INFRA / "k8s-prod/apply"))

    assert code == 1
    undone = [line for line in told if "undo" in line]
    assert undone == (["rollout undo deployment.apps/auth-depl"] if changes else [])


def test_backups_take_every_database(cluster_stub: Path, prod: Cluster) -> None:
    """One file for each MongoDB, from a member there is."""
    folder = cluster_stub / "backup"

    code, told = run(cluster_stub, str(INFRA / "k8s-prod/backup"), str(folder))

    assert code == 0
    stores = {name for name in prod.workloads if prod.labels(name)["tier"] == "mongo"}
    assert {file.name for file in folder.iterdir()} == {
        name.replace("-mongo-depl", ".archive.gz") for name in stores
    }
    for line in told:
        if line.startswith("exec "):
            name, _, ordinal = line.split()[1].rpartition("-")
            stores.remove(name)
            assert int(ordinal) == prod.workloads[name]["spec"]["replicas"] - 1
    assert not stores
