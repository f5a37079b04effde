"""The overlays, rendered once; skipped without kubectl, which `make check-infra` installs."""

import os
from pathlib import Path

import pytest

from infra.tests.manifests.cluster import INFRA, Cluster, kubectl


def rendered(folder: Path) -> Cluster:
    if not kubectl():
        if os.environ.get("CI"):
            pytest.fail("kubectl is missing: run `make check-infra`")
        pytest.skip("needs kubectl: run `make check-infra`")
    return Cluster.rendered(folder)


@pytest.fixture(scope="session")
def dev() -> Cluster:
    return rendered(INFRA / "k8s-dev")


@pytest.fixture(scope="session")
def prod() -> Cluster:
    return rendered(INFRA / "k8s-prod")


@pytest.fixture(scope="session", params=["k8s-dev", "k8s-prod"])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """Each overlay in turn, for what holds in both."""
    return rendered(INFRA / str(request.param))
