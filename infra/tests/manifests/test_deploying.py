"""The scripts that change a cluster, against a `kubectl` that writes down what it is told."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from infra.tests.manifests.cluster import INFRA, Cluster, kubectl
from infra.tests.manifests.test_references import SECRETS


@pytest.fixture
def cluster_stub(tmp_path: Path) -> Path:
    """A `kubectl` that writes down what it is told; files in its folder say what is wrong.

    `fail`: the next rollout does not get ready. `silent`: nothing answers. `empty`: nothing is
    installed yet. `changes`: what is applied changes what pods are made of. `lost`: somebody else
    overwrites the next image that is set. `refused`: images may not be set.
    """
    program = tmp_path / "kubectl"
    program.write_text(
        f"""#!/bin/sh
echo "$*" >>"{tmp_path}/log"
case "$*" in
*"get deployments,"*) echo deployment.apps/auth-depl ;;
*"get deployments "*) [ ! -e "{tmp_path}/silent" ] || exit 1; printf '%s\\n' "$LIVE" ;;
*"get deployment.apps/"*) cat "{tmp_path}/template" ;;
*"get deployment/"*) [ -e "{tmp_path}/empty" ] || cat "{tmp_path}/image" ;;
*"set image "*)
    [ ! -e "{tmp_path}/refused" ] || exit 1
    if [ -e "{tmp_path}/lost" ]; then rm "{tmp_path}/lost"
    else echo "${{4#*=}}" >"{tmp_path}/image"; fi ;;
*"apply "*)
    {kubectl()} kustomize "${{6#--kustomize=}}${{5#--kustomize=}}" >"{tmp_path}/applied"
    [ ! -e "{tmp_path}/changes" ] || echo changed >"{tmp_path}/template" ;;
*"rollout status"*) [ ! -e "{tmp_path}/fail" ] || {{ rm "{tmp_path}/fail"; exit 1; }} ;;
esac
"""
    )
    program.chmod(0o755)
    (tmp_path / "template").touch()
    (tmp_path / "image").write_text("r/auth@sha256:0\n")
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
    keys["STRIPE_WEBHOOK_SECRET"] = "whsec_secret"

    assert made(cluster_stub, "k8s-prod/secrets", **keys) == SECRETS
    assert "sk_live_secret" not in (cluster_stub / "log").read_text()


def test_development_makes_its_secrets(cluster_stub: Path) -> None:
    """All but MongoDB's, with a Stripe key that only the fake takes."""
    secrets = made(cluster_stub, "k8s-dev/secrets")

    wanted = {name: keys for name, keys in SECRETS.items() if "mongo" not in name}
    assert secrets == wanted | {"stripe-secret": {"STRIPE_KEY"}}


def test_a_secret_that_is_there_is_left_alone(cluster_stub: Path) -> None:
    """Signing keys and passwords are never overwritten."""
    program = cluster_stub / "kubectl"
    program.write_text(program.read_text() + 'case "$*" in "get secret "*) echo "$3" ;; esac\n')

    assert made(cluster_stub, "k8s-dev/secrets") == {}
