"""Where the expiration service's jobs wait: every write is in the append-only file."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from ticketing_local.data.files import write_atomically
from ticketing_local.data.ports import LOOPBACK
from ticketing_local.processes.process import Probe, Process, Stage
from ticketing_local.processes.readiness import last_line
from ticketing_local.servers import ENVIRONMENT


def redis(
    program: Path, folder: Path, port: int, users: str, passwords: Mapping[str, str]
) -> Process:
    """Any server of Redis' protocol and options. A full one refuses writes: jobs are no cache.

    `users` is its ACL, in which `$NAME` stands for the SHA-256 of the password so named.
    """
    path = folder / "users.conf"
    for name, password in passwords.items():
        users = users.replace(f"${name}", sha256(password.encode()).hexdigest())
    write_atomically(path, users)
    return Process(
        name="expiration-redis",
        argv=(
            *(str(program), "--dir", str(folder), "--aclfile", str(path)),
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
        return await last_line(port, b"AUTH probe probe\r\nPING\r\n", lines=2) == b"+PONG\r\n"

    return probe
