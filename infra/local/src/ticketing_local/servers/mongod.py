"""A service's own MongoDB: a replica set of one member, as transactions of writes need one."""

from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from ticketing_local.ports import LOOPBACK
from ticketing_local.process import Probe, Process, Stage
from ticketing_local.servers import ENVIRONMENT

_ALREADY_INITIALIZED = 23


def mongod(name: str, program: Path, folder: Path, port: int, replica_set: str) -> Process:
    """Sized for a laptop: MongoDB's own defaults take half the memory and 300 MB of journal."""
    return Process(
        name=name,
        argv=(
            *(str(program), "--dbpath", str(folder)),
            *("--bind_ip", LOOPBACK, "--port", str(port), "--nounixsocket"),
            *("--replSet", replica_set, "--oplogSize", "128"),  # MB
            *("--wiredTigerCacheSizeGB", "0.25"),
            *("--wiredTigerEngineConfigString", "log=(file_max=10MB,prealloc=false)"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            "--quiet",
        ),
        env=ENVIRONMENT,
        port=port,
        stage=Stage.STORE,
        ready=primary(port, replica_set),
    )


def primary(port: int, replica_set: str) -> Probe:
    """Whether a mongod is the primary of its set of one, which the first question founds."""

    async def probe() -> bool:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            LOOPBACK, port, directConnection=True, serverSelectionTimeoutMS=500
        )
        async with client:
            try:
                hello = await client.admin.command("hello")
                if "setName" not in hello:
                    await _found(client, replica_set, f"{LOOPBACK}:{port}")
            except PyMongoError:
                return False
            return bool(hello.get("isWritablePrimary"))

    return probe


async def _found(client: AsyncMongoClient[dict[str, Any]], name: str, host: str) -> None:
    """Found the replica set, or take this member into it again under another address."""
    config = {"_id": name, "members": [{"_id": 0, "host": host}]}
    try:
        await client.admin.command("replSetInitiate", config)
    except OperationFailure as error:
        if error.code != _ALREADY_INITIALIZED:
            raise
        stored = (await client.admin.command("replSetGetConfig"))["config"]
        if stored["members"][0]["host"] != host:  # its port is another than last time
            stored["members"][0]["host"] = host
            stored["version"] += 1
            await client.admin.command("replSetReconfig", stored, force=True)
