"""The real servers, as the environment runs them."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from ticketing_local.binaries import MONGOD, NATS, REDIS, find
from ticketing_local.data.files import make_folder
from ticketing_local.data.ports import Ports
from ticketing_local.manifests import Manifests
from ticketing_local.processes.keeper import Keeper
from ticketing_local.processes.process import Process
from ticketing_local.processes.readiness import first_line
from ticketing_local.servers.mongo_command import admin_command
from ticketing_local.servers.mongod import mongod
from ticketing_local.servers.nats import nats
from ticketing_local.servers.redis import redis
from ticketing_local.testing import eventually

Keep = Callable[[Process], Keeper]


async def test_a_mongod_becomes_the_primary_of_its_set(keep: Keep, tmp_path: Path) -> None:
    """Also when its port is another than the last time, with its data."""
    ports = Ports(tmp_path / "ports.json", reserved=0)
    folder = make_folder(tmp_path / "mongo")
    program = find(MONGOD, {})
    first = keep(mongod("a-mongo", program, folder, ports.of("first"), "rs0"))
    await eventually(lambda: first.is_ready, 30)
    await admin_command(first.process.port, {"create": "kept"})
    await first.stop(asyncio.Event())

    second = keep(mongod("a-mongo", program, folder, ports.of("second"), "rs0"))
    await eventually(lambda: second.is_ready, 30)

    port = second.process.port
    hello = await admin_command(port, {"hello": 1})
    assert hello["setName"] == "rs0"
    assert hello["primary"] == f"127.0.0.1:{port}"
    listed = await admin_command(port, {"listCollections": 1, "nameOnly": True})
    assert "kept" in {entry["name"] for entry in listed["cursor"]["firstBatch"]}


async def test_redis_keeps_what_it_acknowledged(keep: Keep, tmp_path: Path) -> None:
    """A killed Redis comes back with every write."""
    port = Ports(tmp_path / "ports.json", reserved=0).of("redis")
    keeper = keep(redis(find(REDIS, {}), tmp_path, port))
    await eventually(lambda: keeper.is_ready)
    assert await first_line(port, b"SET job 1\r\n") == b"+OK\r\n"

    os.kill(keeper.pid or 0, signal.SIGKILL)
    await eventually(lambda: keeper.restarts == 1 and keeper.is_ready)

    assert await first_line(port, b"EXISTS job\r\n") == b":1\r\n"
    assert await first_line(port, b"CONFIG GET maxmemory-policy\r\n") == b"*2\r\n"


async def test_nats_has_a_stream_store_on_disk(keep: Keep, infra: Path, tmp_path: Path) -> None:
    """It listens on the loopback, and its store is in the data folder."""
    ports = Ports(tmp_path / "ports.json", reserved=0)
    jetstream = Manifests(infra).jetstream(tmp_path)
    server = nats(find(NATS, {}), tmp_path, ports.of("nats"), ports.of("monitor"), jetstream)

    keeper = keep(server)
    await eventually(lambda: keeper.is_ready)

    assert (tmp_path / "jetstream").is_dir()
    assert (await first_line(server.port, b"")).startswith(b"INFO {")
