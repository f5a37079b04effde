from prometheus_client.parser import text_string_to_metric_families

from infra.tests.drills.played import Cluster


def test_figures_in_the_exporters_shapes() -> None:
    """Prometheus' own parser reads them."""
    families = text_string_to_metric_families(Cluster().text())

    told = {sample.name: sample for family in families for sample in family.samples}
    assert told["kube_cronjob_created"].labels["cronjob"] == "payments-reconcile"
    free = told["kubelet_volume_stats_available_bytes"]
    capacity = told["kubelet_volume_stats_capacity_bytes"]
    assert free.labels == capacity.labels
    assert 0.2 < free.value / capacity.value < 1
