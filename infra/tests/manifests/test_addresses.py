"""Hosts and ports: whoever is told to call somebody finds them there, and is let through."""

import re
from collections.abc import Iterator

import pytest

from infra.tests.manifests.cluster import INFRA, ROOT, SERVICES, Cluster
from infra.tests.manifests.images import IMAGES, recipe
from infra.tests.manifests.test_arrows import ARROWS, FAKE
from infra.tests.manifests.test_references import resolved, settings_of
from ticketing_common.settings import ExpirationWindowSettings
from ticketing_local.options import Options
from ticketing_stripe_fake.config import Settings as FakeSettings

MONGO, REDIS = 27017, 6379  # what the two listen on without being told


def ports(cluster: Cluster, workload: str) -> dict[str, int]:
    """The ports of a workload's containers by their names."""
    declared = [p for c in cluster.containers(workload) for p in c.spec.get("ports", [])]
    return {port["name"]: port["containerPort"] for port in declared}


def called(cluster: Cluster, service: str) -> Iterator[tuple[str, int]]:
    """Host and port of everything inside the namespace that a service's variables name."""
    values = resolved(cluster, cluster.main(f"{service}-depl"))
    for value in values.values():
        if url := re.match(r"\w+://(?:[^@/]+@)?([^/]+)", value):
            for address in url[1].split(","):
                host, _, port = address.partition(":")
                if ".svc." not in host and host.split(".")[-1].endswith("-srv"):
                    yield host, int(port)
    if host := values.get("REDIS_HOST"):
        yield (
            host,
            int(values.get("REDIS_PORT", settings_of(service).model_fields["REDIS_PORT"].default)),
        )


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_a_service_calls_is_there_and_may_be_called(
    cluster: Cluster, service: str
) -> None:
    """Each host is a Service, or a pod behind one, listens on that port, and has an arrow to it."""
    reached = set()
    for host, port in called(cluster, service):
        pod, _, name = host.rpartition(".")
        workload = f"{name.removesuffix('-srv')}-depl"
        assert port in [p["port"] for p in cluster.kind("Service")[name]["spec"]["ports"]], host
        if pod:
            stateful, _, ordinal = pod.rpartition("-")
            assert stateful == workload
            assert int(ordinal) < cluster.workloads[stateful]["spec"]["replicas"]
        reached.add((service, cluster.labels(workload)["app"], port))

    arrows = ARROWS | (FAKE if "stripe-fake-depl" in cluster.workloads else set())
    assert reached == {arrow for arrow in arrows if arrow[0] == service}


def test_servers_listen_where_their_manifests_say(cluster: Cluster) -> None:
    """Settings, Dockerfiles and the stores' configurations agree with the containers' ports."""
    listening = {settings_of(service).model_fields["PORT"].default for service in SERVICES}
    exposed = {
        port for f in IMAGES.values() for port in re.findall(r"^EXPOSE (.+)", recipe(f), re.M)
    }
    (port,) = listening | {int(port) for port in exposed} | {FakeSettings.PORT}
    for name in cluster.workloads:
        if cluster.labels(name)["tier"] in ("service", "fake"):
            found = ports(cluster, name)
            found.pop("metrics", None)  # see `test_arrows`
            assert found == {"http": port}
        if cluster.labels(name)["tier"] == "mongo":
            assert ports(cluster, name) == {"mongo": MONGO}
    assert ports(cluster, "expiration-redis-depl") == {"redis": REDIS}
    assert f":{MONGO}`" in (INFRA / "k8s/mongo/replica-set.js").read_text()

    nats = (INFRA / "k8s/nats/nats.conf").read_text()
    cluster_conf = (INFRA / "k8s-prod/nats-cluster.conf").read_text()
    assert ports(cluster, "nats-depl") == {
        "client": int(re.findall(r"^listen: 0\.0\.0\.0:(\d+)", nats, re.M)[0]),
        "monitor": int(re.findall(r"^http: 0\.0\.0\.0:(\d+)", nats, re.M)[0]),
        "cluster": int(re.findall(r"^  listen: 0\.0\.0\.0:(\d+)", cluster_conf, re.M)[0]),
    }


def test_an_order_holds_its_ticket_as_long_everywhere(dev: Cluster) -> None:
    """The window is the same in the cluster, on the laptop, by default, and in `make help`."""
    window = ExpirationWindowSettings().EXPIRATION_WINDOW_SECONDS
    (config,) = [m["data"] for n, m in dev.kind("ConfigMap").items() if n.startswith("ticketing-")]
    assert config["EXPIRATION_WINDOW_SECONDS"] == str(window)
    assert Options().expiration_window_seconds == window
    assert f" EXPIRATION_WINDOW_SECONDS={window} " in (ROOT / "Makefile").read_text()
