"""Stores: as many members as are declared, everywhere they are declared."""

from pathlib import Path

import pytest

from infra.tests.manifests.cluster import INFRA, STORED, Cluster, size


@pytest.mark.parametrize("service", STORED)
def test_clients_name_every_member_of_a_replica_set(prod: Cluster, service: str) -> None:
    """The URI lists the StatefulSet's pods, and the helper is told how many there are."""
    stateful = prod.workloads[f"{service}-mongo-depl"]
    replicas = stateful["spec"]["replicas"]
    uri = prod.main(f"{service}-depl").value("MONGO_URI")
    (helper,) = [c for c in prod.containers(f"{service}-mongo-depl") if c.sidecar]

    members = [f"{service}-mongo-depl-{n}.{service}-mongo-srv:27017" for n in range(replicas)]

    assert replicas == 3
    credentials, _, rest = uri.removeprefix("mongodb://").partition("@")
    assert credentials == f"{service}:$(MONGO_PASSWORD)"
    assert rest.split("/")[0].split(",") == members
    assert helper.value("REPLICAS") == str(replicas)
    assert helper.value("MONGO_DATABASE") == service
    assert helper.value("APP") == f"{service}-mongo"


def test_a_member_is_ready_once_it_has_caught_up(cluster: Cluster) -> None:
    """Each start of mongod takes the mark away that its helper sets and its readiness looks for."""
    script = (INFRA / "k8s/mongo/replica-set.sh").read_text()
    for service in STORED:
        (helper,) = [c for c in cluster.containers(f"{service}-mongo-depl") if c.sidecar]
        *test, mark = helper.spec["readinessProbe"]["exec"]["command"]
        assert test == ["test", "-e"]
        server = cluster.main(f"{service}-mongo-depl").spec
        assert server["command"] == ["sh", "-c", f'rm -f {mark} && exec mongod "$@"', "mongod"]
        assert f"touch {mark}\n" in script
        shared = [{"name": "tmp", "mountPath": str(Path(mark).parent)}]
        for container in (helper.spec, server):
            assert [m for m in container["volumeMounts"] if m["name"] == "tmp"] == shared


def test_uris_ask_for_what_the_guarantees_rest_on(cluster: Cluster) -> None:
    """A replica set, journalled majority writes, majority reads, and a database of its own."""
    for service in STORED:
        uri = cluster.main(f"{service}-depl").value("MONGO_URI")
        path, _, options = uri.partition("?")
        assert path.endswith(f"/{service}")
        assert set(options.split("&")) == {
            "replicaSet=rs0",
            "w=majority",
            "journal=true",
            "readConcernLevel=majority",
        }
        args = cluster.main(f"{service}-mongo-depl").spec["args"]
        assert "--replSet=rs0" in args
        assert ("--keyFile=/keyfile/KEYFILE" in args) == ("$(MONGO_PASSWORD)" in uri)


def test_members_find_one_another_before_they_are_ready(cluster: Cluster) -> None:
    """Their Services are headless and name starting pods; several members start at once."""
    for name, stateful in cluster.kind("StatefulSet").items():
        service = cluster.kind("Service")[stateful["spec"]["serviceName"]]["spec"]
        assert service["clusterIP"] == "None"
        # Also what lets a broken update of a single one be taken back (infra/k8s-prod/apply).
        assert stateful["spec"]["podManagementPolicy"] == "Parallel", name
        if stateful["spec"]["replicas"] > 1:
            assert service["publishNotReadyAddresses"]
            assert (spread := cluster.pod(name)["spec"]["topologySpreadConstraints"][0])
            assert spread["whenUnsatisfiable"] == "DoNotSchedule"


def test_redis_forgets_nothing(cluster: Cluster) -> None:
    """Jobs are on disk before they are acknowledged, and are never evicted for want of memory."""
    redis = cluster.main("expiration-redis-depl").spec
    options = dict(zip(redis["args"][::2], redis["args"][1::2], strict=True))
    # Who it lets in: the file is in the Secret, and its mount where the option says.
    folder, _, file = options["--aclfile"].rpartition("/")
    (volume,) = cluster.pod("expiration-redis-depl")["spec"]["volumes"]
    assert {"name": volume["name"], "mountPath": folder, "readOnly": True} in redis["volumeMounts"]
    assert volume["secret"]["items"] == [{"key": file, "path": file}]
    assert options["--appendonly"] == "yes"
    assert options["--appendfsync"] == "always"
    assert options["--maxmemory-policy"] == "noeviction"
    # Room for the copy that is written out while the original changes.
    limit = size(redis["resources"]["limits"]["memory"])
    assert limit >= 2 * size(options["--maxmemory"].upper())
