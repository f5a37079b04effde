"""The gateway: NGINX with the ingress's routes."""

import signal
from pathlib import Path

from ticketing_local.data.files import make_folder, write_atomically
from ticketing_local.processes.process import Process, Stage
from ticketing_local.processes.readiness import listens
from ticketing_local.servers import ENVIRONMENT
from ticketing_local.servers.nginx_config import Gateway, config


def nginx(program: Path, folder: Path, gateway: Gateway) -> Process:
    """Its folder takes its configuration and its buffers; nothing is written elsewhere."""
    make_folder(folder / "buffers")
    path = folder / "nginx.conf"
    write_atomically(path, config(gateway, folder))
    return Process(
        name="gateway",
        argv=(str(program), "-e", "stderr", "-p", str(folder), "-c", str(path)),
        env=ENVIRONMENT,
        port=gateway.port,
        stage=Stage.GATEWAY,
        ready=listens(gateway.port),
        stop_signal=signal.SIGQUIT,  # which lets requests end
        # Killed outright, the master would leave its worker behind, holding the port.
        orphan_signal=signal.SIGTERM,
    )
