"""The scripts that make a cluster's Secrets, against a `kubectl` that writes down what it hears."""

import os
import subprocess
from pathlib import Path

from infra.tests.manifests.cluster import INFRA
from infra.tests.manifests.test_references import SECRETS


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
