"""Ports on the loopback: the gateway's is asked for, the others are free ones, remembered."""

import errno
import json
from pathlib import Path

from ticketing_common.testing.ports import free_port, is_free, listen_once, reserve
from ticketing_local.data.files import write_atomically
from ticketing_local.problems import ProblemError
from ticketing_local.processes.inspection import port_holder

LOOPBACK = "127.0.0.1"


def require_free(port: int) -> None:
    """Raise `ProblemError` naming who holds the port, unless a server may listen on it."""
    try:
        listen_once(port)
    except OSError as error:
        if error.errno == errno.EACCES:
            raise ProblemError(
                f"Port {port} needs more rights than you have: choose one from 1024 on with PORT=."
            ) from None
        holder = port_holder(port) or "another process"
        raise ProblemError(
            f"Port {port} is taken by {holder}: stop it, or choose another port with PORT=."
        ) from None


class Ports:
    """Gives each process a free port, the same one as the last time where that is possible."""

    def __init__(self, path: Path, reserved: int) -> None:
        self._path = path
        self._ports = {name: port for name, port in _remembered(path).items() if port != reserved}
        self._given = {reserved}
        reserve(reserved)

    def of(self, name: str) -> int:
        """The port of the process so named; the first call decides it."""
        port = self._ports.get(name)
        if port is None or port in self._given or not (is_free(port) and reserve(port)):
            port = free_port()
        self._given.add(port)
        self._ports[name] = port
        return port

    def remember(self) -> None:
        """Keep what was given for the next start."""
        write_atomically(self._path, json.dumps(self._ports, indent=2) + "\n")


def _remembered(path: Path) -> dict[str, int]:
    try:
        return {str(name): int(port) for name, port in json.loads(path.read_text()).items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}  # nothing depends on them: new ones do as well
