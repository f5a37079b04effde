"""Ports on the loopback that no two of this machine's processes are given at the same time."""

import fcntl
import os
import random
import socket
import tempfile
from functools import cache
from pathlib import Path

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_000)  # below the ports that outgoing connections are given
_given: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on and nobody else is given, until this process ends."""
    # Not in order, so that two processes rarely want the same one.
    for port in random.sample(RANGE, len(RANGE)):
        if port not in _given and is_free(port) and reserve(port):
            return port
    raise OSError("no port is free")


def reserve(port: int) -> bool:
    """Hold a port until this process ends; False where another process holds it.

    That nobody listens on it yet says too little: a server takes seconds to start, in which
    a second one finds the same port free. So each is a byte of one file, locked while in use.
    """
    try:
        fcntl.lockf(_locks(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except (BlockingIOError, PermissionError):  # which of the two, POSIX leaves open
        return False
    _given.add(port)
    return True


def is_free(port: int) -> bool:
    """Whether a server could listen on it now."""
    try:
        listen_once(port)
    except OSError:
        return False
    return True


def listen_once(port: int) -> None:
    """Listen on a port for a moment, as servers do; raise OSError where that can't be done."""
    families = [(socket.AF_INET, LOOPBACK)]
    if has_ipv6_loopback():
        families.append((socket.AF_INET6, "::1"))
    for family, host in families:
        with socket.socket(family) as probe:
            # As servers do: connections that are only waiting to be forgotten don't count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen()


@cache
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


@cache
def _locks() -> int:
    # Never closed: a process that closes such a file lets all its locks go.
    path = Path(tempfile.gettempdir()) / f"ticketing-ports-{os.getuid()}"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
