"""The arrows of the architecture: allowed at both ends, used, and the only ones."""

from itertools import product

import yaml

from infra.tests.manifests.cluster import INFRA, ROOT, SERVICES, STORED, Cluster, Manifest, matches

EVENTS = ("tickets", "orders", "payments", "expiration")
PUBLIC = ("auth", "tickets", "orders", "payments", "client")
ARROWS = {
    *((service, f"{service}-mongo", 27017) for service in STORED),
    *((service, "nats", 4222) for service in EVENTS),
    ("expiration", "expiration-redis", 6379),
    # Members of one set among themselves.
    *((f"{service}-mongo", f"{service}-mongo", 27017) for service in STORED),
    ("nats", "nats", 6222),
}
DAILY = {("payments-reconcile", "payments-mongo", 27017)}
FAKE = {("payments", "stripe-fake", 3000), ("stripe-fake", "payments", 3000)}


def policies(cluster: Cluster, workload: str) -> list[Manifest]:
    """The specs of those NetworkPolicies that select a workload's pods."""
    labels = cluster.labels(workload)
    specs = [policy["spec"] for policy in cluster.kind("NetworkPolicy").values()]
    return [spec for spec in specs if matches(spec["podSelector"], labels)]


def allowed(cluster: Cluster, at: str, direction: str, peer: str, port: int) -> bool:
    """Whether a policy of the pod `at` lets `peer` in (Ingress), or out to it (Egress)."""
    rules, side = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    return any(
        matches(end["podSelector"], cluster.labels(peer))
        and port in [p["port"] for p in rule["ports"]]
        for spec in policies(cluster, at)
        for rule in spec.get(rules, [])
        for end in rule[side]
        if "podSelector" in end and "namespaceSelector" not in end
    )


def test_pods_talk_along_the_arrows_and_nowhere_else(cluster: Cluster) -> None:
    """A pod reaches a port of another one exactly where the architecture says so."""
    arrows = ARROWS | (FAKE if "stripe-fake-depl" in cluster.workloads else DAILY)
    app = {name: cluster.labels(name)["app"] for name in cluster.workloads}
    ports = {port for _, _, port in arrows} | {3000}
    for here, there, port in product(cluster.workloads, cluster.workloads, ports):
        ends = [
            allowed(cluster, here, "Egress", there, port),
            allowed(cluster, there, "Ingress", here, port),
        ]
        drawn = (app[here], app[there], port) in arrows
        assert ends == [drawn, drawn], f"{here} -> {there}:{port}"


def test_everything_else_is_refused(cluster: Cluster) -> None:
    """Every pod is under a policy for both directions, so that what is not allowed is denied."""
    for workload in cluster.workloads:
        types = {t for spec in policies(cluster, workload) for t in spec["policyTypes"]}
        assert types == {"Ingress", "Egress"}, workload


def test_the_way_in_leads_to_public_services_only(cluster: Cluster) -> None:
    """The ingress controller reaches each public service's port, and nothing behind them."""
    for workload in cluster.workloads:
        doors = [
            [p["port"] for p in rule["ports"]]
            for spec in policies(cluster, workload)
            for rule in spec.get("ingress", [])
            for end in rule["from"]
            if "namespaceSelector" in end and "podSelector" not in end
        ]
        public = cluster.labels(workload)["app"] in PUBLIC
        assert doors == ([[3000]] if public else []), workload


def test_figures_are_read_by_prometheus_only(cluster: Cluster) -> None:
    """On a port of its own in each service's pod, which is in no Service; as the annotations say,
    and as the operator's PodMonitor does."""
    (monitor,) = yaml.safe_load_all((INFRA / "k8s-monitoring/pod-monitor.yaml").read_text())
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    prometheus = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
    }
    for service in SERVICES:
        workload = f"{service}-depl"
        main, labels = cluster.main(workload), cluster.labels(workload)
        ports = {port["name"]: port["containerPort"] for port in main.spec["ports"]}
        annotations = cluster.pod(workload)["metadata"]["annotations"]
        figures = ports[endpoint["port"]]
        ways = [
            rule["from"]
            for spec in policies(cluster, workload)
            for rule in spec.get("ingress", [])
            if figures in [port["port"] for port in rule["ports"]]
        ]

        assert main.value("METRICS_PORT") == str(figures) == annotations["prometheus.io/port"]
        assert annotations["prometheus.io/scrape"] == "true"
        assert matches(monitor["spec"]["selector"], labels)
        assert ways == [[prometheus]]
        assert not [
            port
            for found in cluster.kind("Service").values()
            if found["spec"]["selector"].items() <= labels.items()
            for port in found["spec"]["ports"]
            if port["targetPort"] in (figures, endpoint["port"])
        ]


def test_the_front_door_is_the_same_for_everybody(dev: Cluster) -> None:
    """The ingress controller's Service and namespace: client, policies, port-forward and check."""
    namespaces = {
        end["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for policy in dev.kind("NetworkPolicy").values()
        for rule in policy["spec"].get("ingress", [])
        for end in rule["from"]
        if "namespaceSelector" in end and "podSelector" not in end
    }
    (namespace,) = namespaces
    skaffold = yaml.safe_load((ROOT / "skaffold.yaml").read_text())
    (forward,) = [f for f in skaffold["portForward"] if f.get("namespace")]
    (check,) = skaffold["verify"]

    assert forward["namespace"] == namespace
    host = f"{forward['resourceName']}.{namespace}.svc.cluster.local"
    assert dev.main("client-depl").value("API_URL") == f"http://{host}"
    assert check["container"]["args"][0] == f"https://{host}"


def test_the_ways_out_are_few(cluster: Cluster) -> None:
    """Only payments and its daily job leave for the internet (Stripe), and the client for its own
    front door."""
    outside = {
        cluster.labels(workload)["app"]
        for workload in cluster.workloads
        for spec in policies(cluster, workload)
        for rule in spec.get("egress", [])
        for end in rule["to"]
        if end.get("ipBlock", {}).get("cidr") == "0.0.0.0/0"
    }
    production = "stripe-fake-depl" not in cluster.workloads
    more = {"payments-reconcile", "client"} if production else set()
    assert outside == {"payments"} | more
