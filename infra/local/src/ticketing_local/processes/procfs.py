"""What /proc tells about processes. Where there is no /proc, nothing is known."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
_LISTEN = "0A"


def boot_id() -> str:
    """Identify the machine's present run, since start times count from its beginning."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def start_time(pid: int) -> int | None:
    """When a live process started, in clock ticks since boot; with the pid, its identity."""
    fields = _stat(pid)
    return None if fields is None or fields[0] == "Z" else int(fields[19])


def own_age() -> float:
    """Seconds since this process started, its imports included; 0 where that is not known."""
    started = start_time(os.getpid())
    if started is None:
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")


def is_stopped(pid: int) -> bool:
    """Whether every thread has stopped, which takes a moment from SIGSTOP on a busy machine."""
    stats = (PROC / str(pid) / "task").glob("*/stat")
    return all(fields is None or fields[0] == "T" for fields in map(_fields, stats))


def session_members(session: int) -> list[int]:
    """The live processes of a session, which a process that leads one leaves behind."""
    return [
        pid
        for pid in _pids()
        if (fields := _stat(pid)) and fields[0] != "Z" and int(fields[3]) == session
    ]


def port_holder(port: int) -> str | None:
    """Name the process that listens on a TCP port, as `name (pid 123)`, if it may be known."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    if not sockets:
        return None
    for pid in _pids():
        if sockets.intersection(_open_files(pid)):
            return f"{_name(pid)} (pid {pid})"
    return None


def _open_files(pid: int) -> Iterator[str]:
    """What a process has open; nothing if it is another user's."""
    try:
        for link in (PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                yield os.readlink(link)
    except OSError:
        return


def _name(pid: int) -> str:
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return "a process"


def _pids() -> Iterator[int]:
    if PROC.is_dir():
        yield from (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())


def _stat(pid: int) -> list[str] | None:
    return _fields(PROC / str(pid) / "stat")


def _fields(stat: Path) -> list[str] | None:
    """The fields of /proc/PID/stat from the third on: state, parent, group, session, ..."""
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _listening(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        try:
            lines = (PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]
