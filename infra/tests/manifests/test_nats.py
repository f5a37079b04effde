"""NATS: it takes its configuration, and has room for what is reserved on it."""

import asyncio
import os
import re
import subprocess
from asyncio.subprocess import DEVNULL
from pathlib import Path

from infra.tests.manifests.cluster import Cluster, size
from infra.tests.manifests.test_references import SECRETS
from ticketing_common.events.rights import OPERATOR, password_variable
from ticketing_common.events.stream import Stream
from ticketing_common.settings import NatsSettings
from ticketing_common.testing.ports import free_port
from ticketing_local.binaries import NATS, find

# What the pod's variables tell a server; only the routes' are put together of others.
ENVIRONMENT = {
    "POD_NAME": "nats-depl-0",
    **dict.fromkeys(SECRETS["nats-users-secret"], "p-any"),
    **{f"ROUTE_{n}": f"nats://routes:p-any@nats-depl-{n}.nats-srv:6222" for n in range(3)},
}


def nats_files(cluster: Cluster, folder: Path) -> Path:
    """The configuration as the pod sees it; only the paths of the volumes are the test's."""
    (data,) = [m["data"] for n, m in cluster.kind("ConfigMap").items() if n.startswith("nats-")]
    for name, text in data.items():
        (folder / name).write_text(
            text.replace("/data", str(folder / "data")).replace("/tmp/", f"{folder}/")
        )
    return folder / "nats.conf"


def test_nats_has_time_to_send_its_clients_elsewhere(prod: Cluster, tmp_path: Path) -> None:
    """A server's own time to stop is over before the pod's, and its signal finds its process."""
    config = nats_files(prod, tmp_path).read_text()
    lame_duck = re.findall(r"^lame_duck_\w+: (\d+)s", config, re.M)
    assert len(lame_duck) == 2
    grace = prod.pod("nats-depl")["spec"]["terminationGracePeriodSeconds"]
    assert sum(int(seconds) for seconds in lame_duck) + 10 <= grace
    signal = prod.main("nats-depl").spec["lifecycle"]["preStop"]["exec"]["command"][-1]
    assert f"pid_file: {signal.removeprefix('ldm=')}\n".replace("/tmp/", f"{tmp_path}/") in config


def test_nats_accepts_its_configuration(cluster: Cluster, tmp_path: Path) -> None:
    """`nats-server -t` on what the overlays ship."""
    config = nats_files(cluster, tmp_path)
    done = subprocess.run(
        [find(NATS, os.environ), "-t", "-c", config],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_streams_are_kept_by_as_many_servers_as_there_are(cluster: Cluster, tmp_path: Path) -> None:
    """NATS_REPLICAS is the number of servers, and routes lead to each of them."""
    servers = cluster.workloads["nats-depl"]["spec"]["replicas"]
    (config,) = [
        m["data"] for n, m in cluster.kind("ConfigMap").items() if n.startswith("ticketing-config")
    ]
    assert config["NATS_REPLICAS"] == str(servers)

    text = (nats_files(cluster, tmp_path).parent / "cluster.conf").read_text()
    named = re.findall(r"\$(ROUTE_\d)", text)
    values = [cluster.main("nats-depl").value(name) for name in named]
    # Servers know one another by a password, too: a route may say anything in anybody's name.
    wanted = [
        f"nats://routes:$(ROUTES_PASSWORD)@nats-depl-{n}.nats-srv:6222" for n in range(servers)
    ]
    assert values == (wanted if servers > 1 else [])
    assert ("password: $ROUTES_PASSWORD" in text) == (servers > 1)


def max_file_store(config: str) -> int:
    found = re.search(r"max_file_store: (\w+)", config)
    assert found
    return size(found[1])


async def test_the_streams_fit_the_server(dev: Cluster, tmp_path: Path) -> None:
    """A server with the shipped configuration has room for what the services reserve on it."""
    port = free_port()
    config = nats_files(dev, tmp_path)
    text = config.read_text().replace("0.0.0.0:4222", f"127.0.0.1:{port}")
    config.write_text(text.replace("http: 0.0.0.0:8222", ""))
    settings = NatsSettings(
        NATS_URL=f"nats://127.0.0.1:{port}",
        NATS_CLUSTER_ID="ticketing",
        NATS_CLIENT_ID="test",
        NATS_USER=OPERATOR,
        NATS_PASSWORD=ENVIRONMENT[password_variable(OPERATOR)],
    )
    server = await asyncio.create_subprocess_exec(
        find(NATS, os.environ), "-c", config, env=ENVIRONMENT, stderr=DEVNULL
    )
    try:
        stream = Stream(settings)
        await asyncio.wait_for(stream.connect(), 20)
        streams = await stream.jetstream.streams_info()
        assert sum(info.config.max_bytes or 0 for info in streams) < max_file_store(text)
        await stream.close()
    finally:
        server.terminate()
        await server.wait()


def test_what_the_server_stores_fits_its_volume(dev: Cluster, tmp_path: Path) -> None:
    """JetStream reaches its own limit, which it can tell, before the disk's."""
    config = nats_files(dev, tmp_path).read_text()
    stored = max_file_store(config)
    (claim,) = dev.workloads["nats-depl"]["spec"]["volumeClaimTemplates"]
    assert stored < size(claim["spec"]["resources"]["requests"]["storage"])
