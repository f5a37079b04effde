"""skaffold.yaml: what it builds, syncs, verifies and forwards is what is there."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from infra.tests.manifests.cluster import ROOT, Cluster
from infra.tests.manifests.images import IMAGES, recipe


def test_skaffold_puts_sources_where_the_image_runs_them(skaffold: dict[str, Any]) -> None:
    """Sync rules copy to where the dev target copied, and take every kind of source file."""
    for artifact in skaffold["build"]["artifacts"]:
        text = recipe(str(Path(artifact["docker"]["dockerfile"]).parent))
        copied = re.search(r"^COPY --chown=10001:10001 (.+) /app/$", text, re.M)
        assert copied, artifact["image"]
        rules = artifact["sync"]["manual"]
        assert {rule["strip"].rstrip("/") for rule in rules} == set(copied[1].split())
        assert all(rule["src"].startswith(rule["strip"]) for rule in rules)
        assert {rule["dest"] for rule in rules} == {"/app"}
        assert "ENV PYTHONPATH=/app" in text
        patterns = " ".join(rule["src"] for rule in rules)
        for source in copied[1].split():
            files = [f for f in (ROOT / source).rglob("*.*") if "__pycache__" not in f.parts]
            suffixes = {f.suffix[1:] for f in files if f.is_file()} - {"typed"}
            assert not [s for s in suffixes if not re.search(rf"\b{s}\b", patterns)], suffixes


def test_skaffolds_profiles_choose_targets(skaffold: dict[str, Any]) -> None:
    """`skaffold dev` builds every dev target; no profile leaves development's secrets in place."""
    profiles = {profile["name"]: profile for profile in skaffold["profiles"]}
    targets = [p["path"] for p in profiles["dev"]["patches"] if p["value"] == "dev"]
    assert targets == [f"/build/artifacts/{n}/docker/target" for n in range(len(IMAGES))]
    removed = {p["path"] for p in profiles["prod"]["patches"] if p["op"] == "remove"}
    assert "/deploy/kubectl/hooks" in removed
    for profile in [skaffold, *profiles.values()]:
        assert all((ROOT / p).is_dir() for p in profile["manifests"]["kustomize"]["paths"])


def test_skaffold_verifies_with_the_container_of_its_job(
    dev: Cluster, skaffold: dict[str, Any]
) -> None:
    """The override repeats the Job's container, whose script the dev overlay brings along."""
    (test,) = skaffold["verify"]
    mode = test["executionMode"]["kubernetesCluster"]
    job = yaml.safe_load((ROOT / mode["jobManifestPath"]).read_text())
    override = json.loads(mode["overrides"])
    pod = job["spec"]["template"]["spec"]
    assert override["spec"]["template"]["spec"]["containers"] == pod["containers"]
    # Whichever of the three a Skaffold takes, it is the same program.
    for field, value in test["container"].items():
        assert pod["containers"][0][field] == value, field
    assert {"command", "args"} < set(test["container"])
    (config,) = [v["configMap"]["name"] for v in pod["volumes"]]
    script = Path(pod["containers"][0]["command"][-1]).name
    assert script in dev.kind("ConfigMap")[config]["data"]
    (ingress,) = dev.kind("Ingress").values()
    assert pod["containers"][0]["args"][1] == ingress["spec"]["rules"][0]["host"]


def test_skaffold_opens_the_fakes_bank_where_browsers_are_sent(
    dev: Cluster, skaffold: dict[str, Any]
) -> None:
    """The client and the fake name the port that is forwarded to the fake."""
    (forward,) = [f for f in skaffold["portForward"] if f["resourceName"] == "stripe-fake-srv"]
    url = f"http://localhost:{forward['localPort']}"
    assert dev.main("stripe-fake-depl").value("PUBLIC_URL") == url
    assert dev.main("client-depl").value("STRIPE_TEST_BANK_URL").startswith(f"{url}/_fake/")
    services = {**dev.kind("Service"), "ingress-nginx-controller": None}
    assert all(forward["resourceName"] in services for forward in skaffold["portForward"])
