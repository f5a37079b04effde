"""How pods run: what Pod Security calls restricted, within limits, and with time to stop."""

from typing import Any

import pytest
import yaml

from infra.tests.manifests.cluster import INFRA, SERVICES, STORED, Cluster
from ticketing_common.lifecycle import STOP_TIMEOUT
from ticketing_common.server import DRAIN_TIMEOUT, LINGER

VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "secret"}


@pytest.fixture(params=["k8s-dev", "k8s-prod", "k8s-hot-reload", "k8s-dev/verify/job.yaml"])
def restricted(request: pytest.FixtureRequest) -> Cluster:
    path = INFRA / str(request.param)
    if path.is_file():
        return Cluster(list(yaml.safe_load_all(path.read_text())))
    return Cluster.rendered(path)


def test_pods_are_what_pod_security_calls_restricted(restricted: Cluster) -> None:
    """Each rule of the profile `restricted` holds, and a namespace that enforces it takes them."""
    for workload in restricted.workloads:
        pod = restricted.pod(workload)["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for volume in pod.get("volumes", []):
            assert set(volume) - {"name"} <= VOLUMES
        for container in restricted.containers(workload):
            context = container.spec["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert not any("hostPort" in port for port in container.spec.get("ports", []))


def test_pods_are_more_careful_than_that(cluster: Cluster) -> None:
    """High user ids, read-only roots, no API server's token, no variables of other Services."""
    for workload in cluster.workloads:
        pod = cluster.pod(workload)["spec"]
        assert pod["securityContext"]["runAsUser"] >= 10000
        assert pod["securityContext"]["runAsGroup"] >= 10000
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        for container in cluster.containers(workload):
            assert container.spec["securityContext"]["readOnlyRootFilesystem"] is True


def test_everything_has_requests_and_limits(cluster: Cluster) -> None:
    """Every container says what it needs and what it may take at most."""
    for container in cluster.containers():
        for amounts in ("requests", "limits"):
            assert set(container.spec["resources"][amounts]) == {"cpu", "memory"}, container


def amount(quantity: str) -> float:
    """Cores, or bytes."""
    units = {"m": 1e-3, "Mi": 2**20, "Gi": 2**30}
    number = quantity.rstrip("mMGi")
    return float(number) * units.get(quantity[len(number) :], 1)


def requested(cluster: Cluster, workload: str, resource: str) -> float:
    """What the scheduler keeps free for one pod; what only runs first needs less."""
    staying = [c for c in cluster.containers(workload) if c.sidecar] + [cluster.main(workload)]
    return sum(amount(c.spec["resources"]["requests"][resource]) for c in staying)


@pytest.mark.parametrize(
    ("resource", "room"),
    # Less what kind's control plane, ingress-nginx and metrics-server ask for.
    [("cpu", 2 - 0.95 - 0.1 - 0.1), ("memory", (3700 - 290 - 90 - 200) * 2**20)],
)
def test_development_fits_two_cores_and_four_gigabytes(
    dev: Cluster, resource: str, room: float
) -> None:
    """Also while all Deployments roll out at once: no pod waits for room that never comes."""
    running = sum(requested(dev, workload, resource) for workload in dev.workloads)
    surge = sum(requested(dev, deployment, resource) for deployment in dev.kind("Deployment"))
    assert running + surge < room


def test_whoever_has_a_volume_owns_it(cluster: Cluster) -> None:
    """A volume comes as root's: fsGroup gives it to the user that the pod runs as."""
    for name, stateful in cluster.kind("StatefulSet").items():
        assert stateful["spec"]["volumeClaimTemplates"]
        context = cluster.pod(name)["spec"]["securityContext"]
        assert context["fsGroup"] == context["runAsGroup"], name


def test_claims_say_themselves_what_kustomize_may_or_may_not_add() -> None:
    """Claim templates can't be changed, so they are the same from every version of kustomize."""
    (labels,) = yaml.safe_load((INFRA / "k8s" / "kustomization.yaml").read_text())["labels"]
    for file in (INFRA / "k8s").glob("*-depl.yaml"):
        workload = next(iter(yaml.safe_load_all(file.read_text())))
        for claim in workload["spec"].get("volumeClaimTemplates", []):
            assert claim["metadata"]["labels"] == labels["pairs"], file.name


def test_services_have_time_to_drain(cluster: Cluster) -> None:
    """Grace is longer than preStop, drain and background work; nobody is missed meanwhile."""
    for service in SERVICES:
        deployment = cluster.workloads[f"{service}-depl"]
        pod = cluster.pod(f"{service}-depl")["spec"]
        before = cluster.main(f"{service}-depl").spec["lifecycle"]["preStop"]["sleep"]["seconds"]
        drain = LINGER + DRAIN_TIMEOUT + STOP_TIMEOUT
        assert pod["terminationGracePeriodSeconds"] > before + drain
        comment = (
            f"# {before} s until every proxy has heard that the pod goes, "
            f"{LINGER + DRAIN_TIMEOUT:.0f} s to drain, {STOP_TIMEOUT:.0f} s for background work."
        )
        assert comment in (INFRA / "k8s" / f"{service}-depl.yaml").read_text()
        rolling = deployment["spec"]["strategy"]["rollingUpdate"]
        assert rolling == {"maxSurge": 1, "maxUnavailable": 0}


def test_budgets_allow_a_node_to_be_drained(cluster: Cluster) -> None:
    """At most one pod at a time, and a broken one never stands in the way."""
    for budget in cluster.kind("PodDisruptionBudget").values():
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def alike(folder_file: str, service: str) -> Any:
    """A manifest with the service's name taken out."""
    text = (INFRA / "k8s" / folder_file).read_text().replace(service, "SERVICE")
    return list(yaml.safe_load_all(text))


def test_the_databases_differ_in_nothing_but_their_name() -> None:
    """Four files, one text."""
    first, *others = [alike(f"{service}-mongo-depl.yaml", service) for service in STORED]
    assert all(other == first for other in others)


def test_the_services_differ_where_they_have_to() -> None:
    """Six files, one text but for the environment, memory, readiness, and who has a Service."""

    def common(service: str) -> Any:
        documents = alike(f"{service}-depl.yaml", service)
        container = documents[0]["spec"]["template"]["spec"]["containers"][0]
        for own in ("env", "resources", "readinessProbe"):
            del container[own]
        return [document for document in documents if document["kind"] != "Service"]

    first, *others = [common(service) for service in SERVICES]
    assert all(other == first for other in others)
