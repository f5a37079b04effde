"""The event stream's server: JetStream on disk, every acknowledged event flushed."""

from collections.abc import Mapping
from pathlib import Path

from ticketing_local.data.files import write_atomically
from ticketing_local.data.ports import LOOPBACK
from ticketing_local.processes.process import Process, Stage
from ticketing_local.processes.readiness import http_ok
from ticketing_local.servers import ENVIRONMENT


def nats(
    program: Path,
    folder: Path,
    port: int,
    monitor: int,
    config: str,
    passwords: Mapping[str, str],
) -> Process:
    """`monitor` is the port of its pages, `/jsz` among them; `config` its settings for JetStream
    and of its users, whose passwords are variables that it names."""
    path = folder / "nats.conf"
    write_atomically(
        path,
        f"""\
server_name: ticketing-local
listen: "{LOOPBACK}:{port}"
http: "{LOOPBACK}:{monitor}"
{config}
""",
    )
    return Process(
        name="nats",
        argv=(str(program), "--config", str(path)),
        env={**ENVIRONMENT, **passwords},
        port=port,
        stage=Stage.STORE,
        ready=http_ok(monitor, "/healthz"),
    )
