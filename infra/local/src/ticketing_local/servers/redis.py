"""Where the expiration service's jobs wait: every write is in the append-only file."""

from pathlib import Path

from ticketing_local.data.ports import LOOPBACK
from ticketing_local.processes.process import Probe, Process, Stage
from ticketing_local.processes.readiness import first_line
from ticketing_local.servers import ENVIRONMENT


def redis(program: Path, folder: Path, port: int) -> Process:
    """Any server of Redis' protocol and options. A full one refuses writes: jobs are no cache."""
    return Process(
        name="expiration-redis",
        argv=(
            *(str(program), "--dir", str(folder)),
            *("--bind", LOOPBACK, "--port", str(port)),
            *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
            *("--maxmemory", "128mb", "--maxmemory-policy", "noeviction"),
        ),
        env=ENVIRONMENT,
        port=port,
        stage=Stage.STORE,
        ready=answers_ping(port),
    )


def answers_ping(port: int) -> Probe:
    """Whether it answers PING, which it refuses while it still loads its data."""

    async def probe() -> bool:
        return await first_line(port, b"PING\r\n") == b"+PONG\r\n"

    return probe
