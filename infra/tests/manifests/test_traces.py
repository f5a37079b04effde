"""The component that lets services send their traces to a collector."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from infra.tests.manifests.cluster import INFRA, SERVICES, Cluster, matches


@pytest.fixture(params=["k8s-dev", "k8s-prod"])
def traced(tmp_path: Path, request: pytest.FixtureRequest) -> Cluster:
    """An overlay with it."""
    overlay = {
        "resources": [f"{_up(tmp_path)}/{request.param}"],
        "components": [f"{_up(tmp_path)}/k8s-traces"],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    return Cluster.rendered(tmp_path)


def _up(folder: Path) -> str:
    """From the folder to ours: kustomize takes no absolute paths."""
    return str(Path(*[".."] * (len(folder.parts) - 1)) / INFRA.relative_to("/"))


def test_each_service_may_reach_whom_it_tells(traced: Cluster) -> None:
    """And all of them sample alike: the first decides, the others go by that."""
    (rule,) = traced.kind("NetworkPolicy")["traces"]["spec"]["egress"]
    ((namespace, pods),) = [
        (end["namespaceSelector"]["matchLabels"], end["podSelector"]["matchLabels"])
        for end in rule["to"]
    ]
    for service in SERVICES:
        workload = f"{service}-depl"
        main = traced.main(workload)
        collector = urlsplit(main.value("OTEL_EXPORTER_OTLP_ENDPOINT"))

        assert collector.hostname == ".".join(
            (pods["app.kubernetes.io/name"], namespace["kubernetes.io/metadata.name"])
        )
        assert [port["port"] for port in rule["ports"]] == [collector.port]
        assert matches(
            traced.kind("NetworkPolicy")["traces"]["spec"]["podSelector"], traced.labels(workload)
        )
        assert main.value("OTEL_TRACES_SAMPLER") == "parentbased_traceidratio"
        assert 0 < float(main.value("OTEL_TRACES_SAMPLER_ARG")) <= 1
