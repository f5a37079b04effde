"""Ports on the loopback: the gateway's is asked for, the others are free ones, remembered."""

import errno
import json
import random
import socket
from pathlib import Path

from ticketing_local.data.files import write_atomically
from ticketing_local.problems import ProblemError
from ticketing_local.processes.procfs import port_holder

LOOPBACK = "127.0.0.1"
_RANGE = range(20_000, 32_000)  # below the ports that outgoing connections are given


def has_ipv6_loopback() -> bool:
    """Whether this machine has `::1`, which browsers try first for `localhost`."""
    if not socket.has_ipv6:
        return False
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def require_free(port: int) -> None:
    """Raise `ProblemError` naming who holds the port, unless a server may listen on it."""
    try:
        _bind(port)
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

    def of(self, name: str) -> int:
        """The port of the process so named; the first call decides it."""
        port = self._ports.get(name)
        if port is None or port in self._given or not _is_free(port):
            port = next(p for p in _candidates() if p not in self._given and _is_free(p))
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


def _candidates() -> list[int]:
    # Not in order, so that two environments starting together rarely want the same one.
    return random.sample(_RANGE, len(_RANGE))


def _is_free(port: int) -> bool:
    try:
        _bind(port)
    except OSError:
        return False
    return True


def _bind(port: int) -> None:
    families = [(socket.AF_INET, LOOPBACK)]
    if has_ipv6_loopback():
        families.append((socket.AF_INET6, "::1"))
    for family, host in families:
        with socket.socket(family) as probe:
            # As servers do: connections that are only waiting to be forgotten don't count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen()
