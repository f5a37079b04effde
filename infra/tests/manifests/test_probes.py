"""Probes against the services themselves, started with nobody to talk to."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from infra.images.start import ENVIRONMENT, PATIENCE, healthy
from infra.tests.manifests.cluster import SERVICES, Cluster
from ticketing_common.testing.ports import free_port

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def port(service: str) -> Iterator[int]:
    """Where the service listens, alone in the world."""
    port = free_port()
    environment = {**os.environ, **ENVIRONMENT, "HOST": "127.0.0.1", "PORT": str(port)}
    command = [sys.executable, "-m", f"ticketing_{service}"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not healthy(port):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()


def get(port: int, path: str) -> tuple[int, dict[str, dict[str, str]]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_probes_say_what_they_are_there_to_say(dev: Cluster, service: str, port: int) -> None:
    """With no dependency there, a service has started and lives, but is not ready if it needs one.

    So it is neither killed nor sent requests, and waits.
    """
    container = dev.main(f"{service}-depl").spec

    answers = {probe: get(port, container[probe]["httpGet"]["path"]) for probe in PROBES}

    assert answers["startupProbe"][0] == answers["livenessProbe"][0] == 200
    status, body = answers["readinessProbe"]
    assert status == (200 if service == "client" else 503)
    # ?check= names what is checked: a name nobody knows would check nothing, and be ready.
    _, _, check = container["readinessProbe"]["httpGet"]["path"].partition("?check=")
    assert list(body["checks"]) == ([check] if check else list(body["checks"]))


def test_probes_go_to_a_port_that_is_there(cluster: Cluster) -> None:
    """Every container that stays is probed, and every probe names a port of its container."""
    for container in cluster.containers():
        ports = {port["name"] for port in container.spec.get("ports", [])}
        probes = [container.spec[probe] for probe in PROBES if probe in container.spec]
        assert len(probes) == (3 if ports else 1 if container.sidecar else 0), container
        for probe in probes:
            request = probe.get("httpGet") or probe.get("tcpSocket")
            assert request is None or request["port"] in ports, container
