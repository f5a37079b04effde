"""The operations guide: the figures in it are those of the manifests."""

import re

from infra.tests.manifests.cluster import INFRA, STORED, Cluster

GUIDE = (INFRA / "README.md").read_text()


def test_the_guide_says_how_much_there_is(prod: Cluster) -> None:
    """What an autoscaler aims at, what Redis holds, and how many pods a restore starts."""
    (target,) = {
        str(scaler["spec"]["metrics"][0]["resource"]["target"]["averageValue"])
        for scaler in prod.kind("HorizontalPodAutoscaler").values()
    }
    assert (target, "pods at half a core each" in GUIDE) == ("500m", True)
    redis = prod.main("expiration-redis-depl").spec["args"]
    memory = redis[redis.index("--maxmemory") + 1].removesuffix("mb")
    assert f"`OOM` at {memory} MB" in GUIDE
    scalers = prod.kind("HorizontalPodAutoscaler").values()
    (replicas,) = {scaler["spec"]["minReplicas"] for scaler in scalers}
    assert f"--selector=tier=service --replicas={replicas}\n" in GUIDE


def test_the_guide_restores_every_database_to_all_its_members(prod: Cluster) -> None:
    """The loop names the services with a MongoDB, and the URI as many members as there are."""
    (loop,) = re.findall(r"^    for s in (.+); do$", GUIDE, re.M)
    assert tuple(loop.split()) == STORED
    members = len(re.findall(r"\$APP-depl-\d\.\$APP-srv", GUIDE))
    assert {prod.workloads[f"{s}-mongo-depl"]["spec"]["replicas"] for s in STORED} == {members}


def test_the_guide_names_the_versions_and_the_namespace_of_the_scripts() -> None:
    """Kubernetes as `make check-infra` validates it, and the namespace that pipelines deploy to."""
    (versions,) = re.findall(r"^    for version in (.+); do$", (INFRA / "check").read_text(), re.M)
    assert f"validates for {versions.replace(' ', ' and ')}." in GUIDE
    (namespace,) = re.findall(r"--namespace=(\w+)", (INFRA / "k8s-prod/kubeconfig").read_text())
    assert f"kubectl create namespace {namespace}\n" in GUIDE
    assert f"Make the namespace `{namespace}`" in GUIDE
