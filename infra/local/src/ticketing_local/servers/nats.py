"""The event stream's server: JetStream on disk, every acknowledged event flushed."""

from pathlib import Path

from ticketing_local.data.files import write_atomically
from ticketing_local.data.ports import LOOPBACK
from ticketing_local.processes.process import Process, Stage
from ticketing_local.processes.readiness import http_ok
from ticketing_local.servers import ENVIRONMENT


def nats(program: Path, folder: Path, port: int, monitor: int, jetstream: str) -> Process:
    """`monitor` is the port of its pages, `/jsz` among them; `jetstream` its settings' block."""
    config = folder / "nats.conf"
    write_atomically(
        config,
        f"""\
server_name: ticketing-local
listen: "{LOOPBACK}:{port}"
http: "{LOOPBACK}:{monitor}"
{jetstream}
""",
    )
    return Process(
        name="nats",
        argv=(str(program), "--config", str(config)),
        env=ENVIRONMENT,
        port=port,
        stage=Stage.STORE,
        ready=http_ok(monitor, "/healthz"),
    )
