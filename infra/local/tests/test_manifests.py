"""Reading the Kubernetes manifests."""

from pathlib import Path

import pytest

from ticketing_local.data.keys import Secrets
from ticketing_local.manifests import Manifests, Route
from ticketing_local.problems import ProblemError
from ticketing_local.services import SERVICES

SECRETS: Secrets = {
    ("jwt-secret", "JWT_KEY"): "k" * 32,
    ("stripe-secret", "STRIPE_KEY"): "sk_x",
    ("expiration-redis-secret", "REDIS_PASSWORD"): "r",
    **{
        (f"{service}-nats-secret", key): value
        for service in ("tickets", "orders", "payments", "expiration")
        for key, value in (("NATS_USER", service), ("NATS_PASSWORD", "n"))
    },
}
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth-depl}
spec:
  template:
    spec:
      containers:
        - name: auth
          envFrom:
            - configMapRef: {name: shared}
          env:
            - {name: HOST_NAME, value: example}
            - {name: URL, value: "http://$(HOST_NAME)/$(UNKNOWN)"}
            - name: POD
              valueFrom: {fieldRef: {fieldPath: metadata.name}}
            - name: WINDOW
              valueFrom: {configMapKeyRef: {name: generated, key: WINDOW}}
            - name: ABSENT
              valueFrom: {secretKeyRef: {name: nobody, key: KNOWS, optional: true}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: shared}
data: {COLOUR: "blue"}
"""
KUSTOMIZATION = """
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
configMapGenerator:
  - name: generated
    envs: [shared.env]
    literals: [LITERAL=1]
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "k8s"
    folder.mkdir()
    (folder / "auth-depl.yaml").write_text(DEPLOYMENT)
    (folder / "kustomization.yaml").write_text(KUSTOMIZATION)
    (folder / "shared.env").write_text("# how long\nWINDOW=900\n")
    return folder


def test_the_routes_are_the_ingress_s(infra: Path) -> None:
    """Requests go where the development ingress sends them."""
    routes = Manifests(infra).routes()

    assert {(route.path, route.service) for route in routes} == {
        ("/api/payments", "payments"),
        ("/api/users", "auth"),
        ("/api/tickets", "tickets"),
        ("/api/orders", "orders"),
        ("/", "client"),
    }
    assert Route("/", exact=False, service="client") in routes


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_s_variables_can_be_resolved(infra: Path, service: str) -> None:
    """No manifest asks for what the laptop environment does not have."""
    variables = Manifests(infra).environment(service, SECRETS, service)

    assert variables
    assert all(isinstance(value, str) for value in variables.values())


def test_the_seed_s_variables_are_there(infra: Path) -> None:
    """Payments is told all that its manifest names, secrets included."""
    variables = Manifests(infra).environment("payments", SECRETS, "payments-1")

    assert variables["MONGO_URI"].startswith("mongodb://payments-mongo-srv:27017/payments")
    assert variables["JWT_KEY"] == "k" * 32
    assert variables["STRIPE_KEY"] == "sk_x"
    assert variables["NATS_CLUSTER_ID"] == "ticketing"
    assert variables["NATS_CLIENT_ID"] == "payments-1"


def test_references_are_resolved_as_kubernetes_does(base: Path) -> None:
    """Whole ConfigMaps, single keys, fields, earlier variables, and what is optional."""
    variables = Manifests(base.parent).environment("auth", SECRETS, "auth-2")

    assert variables == {
        "COLOUR": "blue",
        "HOST_NAME": "example",
        "URL": "http://example/$(UNKNOWN)",
        "POD": "auth-2",
        "WINDOW": "900",
    }


def test_an_unknown_secret_is_named(base: Path) -> None:
    """A reference to what nobody has is one sentence with its names."""
    text = DEPLOYMENT.replace(", optional: true", "")
    (base / "auth-depl.yaml").write_text(text)

    with pytest.raises(ProblemError, match=r"auth-depl.yaml takes ABSENT from a secretKeyRef"):
        Manifests(base.parent).environment("auth", SECRETS, "auth")


def test_broken_yaml_names_the_file(base: Path) -> None:
    """A typing mistake in a manifest is told with the file it is in."""
    (base / "broken-depl.yaml").write_text("kind: [")

    with pytest.raises(ProblemError, match=r"broken-depl.yaml is no YAML"):
        Manifests(base.parent)


def test_a_missing_manifest_is_named(base: Path) -> None:
    """Without a Deployment there is nothing to run."""
    with pytest.raises(ProblemError, match="the Deployment orders-depl"):
        Manifests(base.parent).environment("orders", SECRETS, "orders")


def test_without_a_clone_there_is_nothing_to_read(tmp_path: Path) -> None:
    """Installed apart from its repository the command says what it misses."""
    with pytest.raises(ProblemError, match="run from a whole clone"):
        Manifests(tmp_path)


def test_jetstream_is_set_up_as_in_the_cluster(infra: Path, tmp_path: Path) -> None:
    """The limits and the flushing of events are the manifest's, the folder is ours."""
    block = Manifests(infra).jetstream(tmp_path)

    assert f'store_dir: "{tmp_path}"' in block
    assert "sync_interval: always" in block
    assert "max_file_store" in block
    assert block.startswith("jetstream {")
    assert block.endswith("}")
