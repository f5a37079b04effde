"""Whatever a manifest names has to be there: nobody notices a wrong name before it is deployed."""

from dataclasses import fields
from importlib import import_module

import pytest

from infra.tests.manifests.cluster import SERVICES, Cluster, Container
from ticketing_common.events.rights import NAMES, password_variable, users
from ticketing_common.settings import Settings
from ticketing_payments.config import CommandSettings
from ticketing_stripe_fake.config import Settings as FakeSettings

# Made by hand or by infra/k8s-*/secrets, as the README says.
SECRETS = {
    "jwt-secret": {"JWT_KEY"},
    "visitor-secret": {"VISITOR_KEYS"},
    "admission-secret": {"ADMISSION_KEYS"},
    "stripe-secret": {"STRIPE_KEY", "STRIPE_PUBLISHABLE_KEY"},
    "stripe-webhook-secret": {"STRIPE_WEBHOOK_SECRET"},
    **{
        f"{service}-mongo-secret": {"MONGO_PASSWORD", "MONGO_ROOT_PASSWORD", "KEYFILE"}
        for service in ("auth", "tickets", "orders", "payments")
    },
}
SECRETS |= {
    **{f"{name}-nats-secret": {"NATS_USER", "NATS_PASSWORD"} for name in NAMES},
    "nats-users-secret": {
        "ROUTES_PASSWORD",
        *(password_variable(user) for name in NAMES for user in users(name)),
    },
    "expiration-redis-secret": {"REDIS_PASSWORD", "REDIS_OPERATOR_PASSWORD", "users.acl"},
}
PLAUSIBLE = {
    "STRIPE_KEY": "sk_test_x",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
}
OPTIONAL = {
    ("stripe-secret", "STRIPE_PUBLISHABLE_KEY"),
    ("stripe-webhook-secret", "STRIPE_WEBHOOK_SECRET"),
    ("visitor-secret", "VISITOR_KEYS"),
    ("admission-secret", "ADMISSION_KEYS"),
}


def settings_of(service: str) -> type[Settings]:
    module = import_module(f"ticketing_{service}.config")
    return getattr(module, "ClientSettings" if service == "client" else "Settings")  # type: ignore[no-any-return]


def resolved(cluster: Cluster, container: Container) -> dict[str, str]:
    """The container's variables, with something plausible for each secret."""
    values = {}
    for name, entry in container.environment.items():
        source = entry.get("valueFrom", {})
        if "configMapKeyRef" in source:
            reference = source["configMapKeyRef"]
            values[name] = cluster.kind("ConfigMap")[reference["name"]]["data"][reference["key"]]
        elif "secretKeyRef" in source:
            values[name] = PLAUSIBLE.get(name, "x" * 32)
        elif "fieldRef" in source:
            values[name] = "a-pod"
        else:
            values[name] = entry["value"]
    return values


def test_the_daily_job_starts_with_the_variables_it_is_given(prod: Cluster) -> None:
    """It is told what its command needs, and nothing else."""
    container = prod.main("payments-reconcile")

    environment = resolved(prod, container)

    CommandSettings.from_environment(environment)
    assert container.spec["command"][:2] == ["ticketing", "payments"]
    assert set(environment) - set(CommandSettings.model_fields) == {"MONGO_PASSWORD"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_starts_with_the_variables_it_is_given(
    cluster: Cluster, service: str
) -> None:
    """A service's settings accept its container's environment, and know every variable in it."""
    container = cluster.main(f"{service}-depl")
    settings = settings_of(service)

    environment = resolved(cluster, container)

    settings.from_environment(environment)
    # MONGO_PASSWORD is there for MONGO_URI to include.
    unknown = set(environment) - set(settings.model_fields) - {"MONGO_PASSWORD"}
    assert not unknown


def test_the_fake_knows_the_variables_it_is_given(dev: Cluster) -> None:
    """Each variable is one of its settings."""
    known = {field.name for field in fields(FakeSettings)}
    assert set(dev.main("stripe-fake-depl").environment) <= known


def test_variables_come_before_those_that_include_them(cluster: Cluster) -> None:
    """$(NAME) is replaced only where NAME was defined further up."""
    for container in cluster.containers():
        seen: set[str] = set()
        for entry in container.spec.get("env", []):
            for included in [part.split(")")[0] for part in entry.get("value", "").split("$(")[1:]]:
                assert included in seen, f"{container}: {entry['name']} includes {included}"
            seen.add(entry["name"])


def test_every_secret_and_config_map_exists(cluster: Cluster) -> None:
    """Every reference to a Secret or ConfigMap, and to a key of it, leads somewhere."""
    config_maps = cluster.kind("ConfigMap")
    for container in cluster.containers():
        for entry in container.spec.get("env", []):
            source = entry.get("valueFrom", {})
            if reference := source.get("configMapKeyRef"):
                assert reference["key"] in config_maps[reference["name"]]["data"], container
            if reference := source.get("secretKeyRef"):
                assert reference["key"] in SECRETS[reference["name"]], container
                optional = (reference["name"], reference["key"]) in OPTIONAL
                assert reference.get("optional", False) == optional, container
        for source in container.spec.get("envFrom", []):
            assert source["secretRef"]["name"] in SECRETS
    for workload in cluster.workloads:
        for volume in cluster.pod(workload)["spec"].get("volumes", []):
            if "configMap" in volume:
                assert volume["configMap"]["name"] in config_maps
            if "secret" in volume:
                assert volume["secret"]["secretName"] in SECRETS


def test_every_mount_has_its_volume_and_every_volume_its_mount(prod: Cluster) -> None:
    """Volumes and mounts name each other."""
    for workload in prod.workloads:
        pod = prod.pod(workload)["spec"]
        claims = prod.workloads[workload]["spec"].get("volumeClaimTemplates", [])
        volumes = {v["name"] for v in pod.get("volumes", [])} | {
            claim["metadata"]["name"] for claim in claims
        }
        mounts = {m["name"] for c in prod.containers(workload) for m in c.spec["volumeMounts"]}
        assert mounts == volumes, workload


def test_every_service_reaches_the_port_it_names(cluster: Cluster) -> None:
    """A Service selects one workload, and its ports are ports of that workload's containers."""
    for name, service in cluster.kind("Service").items():
        selected = cluster.selected_by({"matchLabels": service["spec"]["selector"]})
        assert selected == [f"{name.removesuffix('-srv')}-depl"]
        ports = {
            port["name"]: port["containerPort"]
            for container in cluster.containers(selected[0])
            for port in container.spec.get("ports", [])
        }
        for port in service["spec"]["ports"]:
            assert ports[port["targetPort"]] == port["port"], name


def test_every_workload_selects_its_own_pods(cluster: Cluster) -> None:
    """Workloads, disruption budgets and spread constraints select exactly one workload's pods."""
    for name, workload in cluster.workloads.items():
        if "selector" in workload["spec"]:  # a CronJob's are chosen for it
            assert cluster.selected_by(workload["spec"]["selector"]) == [name]
        for spread in cluster.pod(name)["spec"].get("topologySpreadConstraints", []):
            assert cluster.selected_by(spread["labelSelector"]) == [name]
    budgets = [b["spec"]["selector"] for b in cluster.kind("PodDisruptionBudget").values()]
    protected = [name for selector in budgets for name in cluster.selected_by(selector)]
    unprotected = {"stripe-fake-depl", "payments-reconcile"}
    assert sorted(protected) == sorted(set(cluster.workloads) - unprotected)


def test_every_autoscaler_has_a_deployment_without_a_fixed_number(cluster: Cluster) -> None:
    """Each Deployment has one autoscaler, which alone says how many replicas there are."""
    targets = [
        h["spec"]["scaleTargetRef"] for h in cluster.kind("HorizontalPodAutoscaler").values()
    ]
    deployments = cluster.kind("Deployment")
    assert sorted(target["name"] for target in targets) == sorted(deployments)
    for deployment in deployments.values():
        assert "replicas" not in deployment["spec"]
    for container in [cluster.main(name) for name in deployments]:
        assert container.spec["resources"]["requests"]["cpu"], "no request, no utilisation"
