"""One route table: every edge sends the same requests to the same services."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from infra.tests.manifests.cluster import INFRA, SERVICES, Cluster
from ticketing_client.addresses import LONGEST_ADDRESS
from ticketing_local.binaries import NGINX, find
from ticketing_local.manifests import Manifests
from ticketing_local.servers.nginx_config import Gateway, config

Route = tuple[str, str, int]

ROOM = "nginx.ingress.kubernetes.io/proxy-buffer-size"
BUSY = "nginx.ingress.kubernetes.io/proxy-busy-buffers-size"


@pytest.fixture
def gateway_api() -> list[Route]:
    documents = yaml.safe_load_all((INFRA / "k8s-gateway-api" / "gateway.yaml").read_text())
    (route,) = [d for d in documents if d["kind"] == "HTTPRoute" and "to-https" not in str(d)]
    return [
        (match["path"]["value"], backend["name"], backend["port"])
        for rule in route["spec"]["rules"]
        for match in rule["matches"]
        for backend in rule["backendRefs"]
        if match["path"]["type"] == "PathPrefix"
    ]


def test_every_edge_has_the_same_routes(
    dev: Cluster, prod: Cluster, gateway_api: list[Route]
) -> None:
    """Both ingresses, the Gateway API and the laptop's gateway agree, in the same order."""
    local = Manifests(INFRA).routes()

    assert dev.routes == prod.routes == gateway_api
    assert [(r.path, f"{r.service}-srv", 3000) for r in local] == dev.routes
    assert not any(route.exact for route in local)


def test_every_service_with_a_door_is_behind_one_route(dev: Cluster) -> None:
    """All services but the worker can be reached, each by one prefix, the client by all others."""
    reached = [service.removesuffix("-srv") for _, service, _ in dev.routes]
    assert sorted(reached) == sorted(set(SERVICES) - {"expiration"})
    assert dev.routes[-1] == ("/", "client-srv", 3000)
    assert set(reached) < {name.removesuffix("-srv") for name in dev.kind("Service")}


def test_ingresses_need_no_particular_controller(cluster: Cluster) -> None:
    """Plain prefixes, the class by its field, no patterns, and of annotations only the room that
    NGINX needs to be told of."""
    (ingress,) = cluster.kind("Ingress").values()
    assert ingress["spec"]["ingressClassName"] == "nginx"
    assert len(ingress["spec"]["rules"][0]["http"]["paths"]) == len(cluster.routes)
    annotations = ingress["metadata"].get("annotations", {})
    assert {name for name in annotations if "nginx" in name or "ingress" in name} == {ROOM, BUSY}


def test_every_nginx_takes_the_longest_redirect(cluster: Cluster, tmp_path: Path) -> None:
    """Its head is an address as long as they get, and less than 4 KB of policy and cookies."""
    (ingress,) = cluster.kind("Ingress").values()
    room, busy = (ingress["metadata"]["annotations"][name] for name in (ROOM, BUSY))
    laptop = config(Gateway(port=18080, inside=18081, routes=[], upstreams={}), tmp_path)

    assert f" proxy_buffer_size {room};" in laptop
    assert f" proxy_busy_buffers_size {busy};" in laptop
    assert int(room.removesuffix("k")) * 1024 >= LONGEST_ADDRESS + 4096


def test_production_has_one_name_with_tls(prod: Cluster) -> None:
    """The ingress, its certificate, the Gateway and the client's API_URL name the same host."""
    (ingress,) = prod.kind("Ingress").values()
    (host,) = {rule["host"] for rule in ingress["spec"]["rules"]}
    ((tls),) = ingress["spec"]["tls"]
    assert tls["hosts"] == [host]
    assert prod.main("client-depl").value("API_URL") == f"https://{host}"
    for document in yaml.safe_load_all((INFRA / "k8s-gateway-api" / "gateway.yaml").read_text()):
        names = document["spec"].get("hostnames") or [
            listener["hostname"] for listener in document["spec"]["listeners"]
        ]
        assert set(names) == {host}
    assert tls["secretName"] in (INFRA / "k8s-gateway-api" / "gateway.yaml").read_text()


def test_browsers_stay_on_https() -> None:
    """Every answer of the Gateway tells them to, as ingress-nginx does unless told otherwise."""
    gateway = yaml.safe_load_all((INFRA / "k8s-gateway-api" / "gateway.yaml").read_text())
    _, routes, _ = gateway

    for rule in routes["spec"]["rules"]:
        (filter,) = rule["filters"]
        (header,) = filter["responseHeaderModifier"]["set"]
        assert header["name"] == "Strict-Transport-Security"
        assert header["value"].startswith("max-age=31536000")


def test_gateway_api_takes_the_place_of_the_ingress(prod: Cluster) -> None:
    """Production with the component has a Gateway and no Ingress, and otherwise what it had."""
    with TemporaryDirectory(dir=INFRA) as overlay:
        (Path(overlay) / "kustomization.yaml").write_text(
            "resources: [../k8s-prod]\ncomponents: [../k8s-gateway-api]\n"
        )
        cluster = Cluster.rendered(Path(overlay))

    assert not cluster.kind("Ingress")
    assert cluster.kind("Gateway")
    assert cluster.workloads == prod.workloads


def test_the_laptops_gateway_accepts_its_configuration(tmp_path: Path) -> None:
    """`nginx -t` on what the laptop environment makes of the routes."""
    routes = Manifests(INFRA).routes()
    upstreams = {route.service: [4000 + n] for n, route in enumerate(routes)}
    (tmp_path / "buffers").mkdir()
    path = tmp_path / "nginx.conf"
    path.write_text(
        config(Gateway(port=18080, inside=18081, routes=routes, upstreams=upstreams), tmp_path)
    )

    done = subprocess.run(
        [find(NGINX, os.environ), "-t", "-e", "stderr", "-p", tmp_path, "-c", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
