"""The real servers, as the environment runs them."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from ticketing_local.binaries import MONGOD, NATS, REDIS, find
from ticketing_local.data.files import make_folder
from ticketing_local.data.keys import NATS_USERS, known_secrets, secrets_of
from ticketing_local.data.ports import Ports
from ticketing_local.manifests import Manifests
from ticketing_local.processes.keeper import Keeper
from ticketing_local.processes.process import Process
from ticketing_local.processes.readiness import first_line, last_line
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


async def test_redis_keeps_what_it_acknowledged(keep: Keep, infra: Path, tmp_path: Path) -> None:
    """A killed Redis comes back with every write, and lets nobody in without a password."""
    port = Ports(tmp_path / "ports.json", reserved=0).of("redis")
    users = Manifests(infra).redis_users()
    passwords = {"REDIS_PASSWORD": "p-service", "REDIS_OPERATOR_PASSWORD": "p-operator"}
    keeper = keep(redis(find(REDIS, {}), tmp_path, port, users, passwords))
    await eventually(lambda: keeper.is_ready)
    assert (await first_line(port, b"SET arq:job 1\r\n")).startswith(b"-NOAUTH")

    async def answer(command: bytes, who: bytes = b"p-service") -> bytes:
        return await last_line(port, b"AUTH " + who + b"\r\n" + command + b"\r\n", lines=2)

    assert await answer(b"SET arq:job 1") == b"+OK\r\n"

    os.kill(keeper.pid or 0, signal.SIGKILL)
    await eventually(lambda: keeper.restarts == 1 and keeper.is_ready)

    assert await answer(b"EXISTS arq:job") == b":1\r\n"
    assert await answer(b"CONFIG GET maxmemory-policy", b"operator p-operator") == b"*2\r\n"
    for beyond in (b"CONFIG GET dir", b"FLUSHALL", b"ACL LIST", b"SET other 1", b"SHUTDOWN"):
        assert (await answer(beyond)).startswith(b"-NOPERM")
    assert (await answer(b"GET arq:job", b"probe probe")).startswith(b"-NOPERM")
    assert (await last_line(port, b"AUTH wrong\r\n", lines=1)).startswith(b"-WRONGPASS")
    assert not [arg for arg in keeper.process.argv if "p-service" in arg]


async def test_nats_has_a_stream_store_on_disk(keep: Keep, infra: Path, tmp_path: Path) -> None:
    """It listens on the loopback, its store is in the data folder, and it knows its clients."""
    ports = Ports(tmp_path / "ports.json", reserved=0)
    config = f"{Manifests(infra).jetstream(tmp_path)}\n{Manifests(infra).nats_users()}"
    known = known_secrets(tmp_path / "secrets.json", None)
    server = nats(
        find(NATS, {}),
        tmp_path,
        ports.of("nats"),
        ports.of("monitor"),
        config,
        secrets_of(NATS_USERS, known),
    )

    keeper = keep(server)
    await eventually(lambda: keeper.is_ready)

    assert (tmp_path / "jetstream").is_dir()
    assert b'"auth_required":true' in await first_line(server.port, b"")
    assert "p" not in {word[0] for word in server.argv}  # each password begins with one
