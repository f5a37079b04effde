"""The overlays, rendered once; skipped without kubectl, which `make check-infra` installs.

And a `kubectl` that is none, for the scripts that change a cluster.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.tests.manifests.cluster import INFRA, ROOT, Cluster, kubectl


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


@pytest.fixture(scope="module")
def skaffold() -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((ROOT / "skaffold.yaml").read_text())
    return config


@pytest.fixture(scope="session")
def promtool() -> str:
    """Prometheus' own, which reads rules and plays figures to them."""
    found = shutil.which("promtool")
    if not found:
        if os.environ.get("CI"):
            pytest.fail("promtool is missing")
        pytest.skip("needs promtool, of Debian's package prometheus")
    return found


@pytest.fixture
def cluster_stub(tmp_path: Path) -> Path:
    """A `kubectl` that writes down what it is told; files in its folder say what is wrong.

    `fail`: the next rollout does not get ready. `silent`: nothing answers. `empty`: nothing is
    installed yet. `changes`: what is applied changes what pods are made of. `lost`: somebody else
    overwrites the next image that is set. `refused`: images may not be set.
    """
    program = tmp_path / "kubectl"
    program.write_text(
        f"""#!/bin/sh
echo "$*" >>"{tmp_path}/log"
case "$*" in
*"get deployments,"*) echo deployment.apps/auth-depl ;;
*"get deployments "*) [ ! -e "{tmp_path}/silent" ] || exit 1; printf '%s\\n' "$LIVE" ;;
*"get deployment.apps/"*) cat "{tmp_path}/template" ;;
*"get deployment/"*) [ -e "{tmp_path}/empty" ] || cat "{tmp_path}/image" ;;
*"set image "*)
    [ ! -e "{tmp_path}/refused" ] || exit 1
    if [ -e "{tmp_path}/lost" ]; then rm "{tmp_path}/lost"
    else echo "${{4#*=}}" >"{tmp_path}/image"; fi ;;
*"apply "*)
    {kubectl()} kustomize "${{6#--kustomize=}}${{5#--kustomize=}}" >"{tmp_path}/applied"
    [ ! -e "{tmp_path}/changes" ] || echo changed >"{tmp_path}/template" ;;
*"rollout status"*) [ ! -e "{tmp_path}/fail" ] || {{ rm "{tmp_path}/fail"; exit 1; }} ;;
esac
"""
    )
    program.chmod(0o755)
    (tmp_path / "template").touch()
    (tmp_path / "image").write_text("r/auth@sha256:0\n")
    return tmp_path
