"""A service's own MongoDB: a replica set of one member, as transactions of writes need one."""

from pathlib import Path

from ticketing_local.data.ports import LOOPBACK
from ticketing_local.processes.process import Probe, Process, Stage
from ticketing_local.servers import ENVIRONMENT
from ticketing_local.servers.mongo_command import admin_command

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
        hello = await admin_command(port, {"hello": 1})
        if "setName" not in hello:
            await _found(port, replica_set)
        return bool(hello.get("isWritablePrimary"))

    return probe


async def _found(port: int, name: str) -> None:
    """Found the replica set, or take this member into it again under another address."""
    host = f"{LOOPBACK}:{port}"
    config = {"_id": name, "members": [{"_id": 0, "host": host}]}
    answer = await admin_command(port, {"replSetInitiate": config})
    if answer.get("code") != _ALREADY_INITIALIZED:
        return
    answer = await admin_command(port, {"replSetGetConfig": 1})
    if answer["ok"] and answer["config"]["members"][0]["host"] != host:
        # Its port is another than the last time.
        stored = answer["config"]
        stored["members"][0]["host"] = host
        stored["version"] += 1
        await admin_command(port, {"replSetReconfig": stored, "force": True})
