"""What the operating system tells about processes."""

import os
import sys
import time
from pathlib import Path

import psutil

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str:
    """Identify the machine's present run, since start times count from its beginning."""
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else str(psutil.boot_time())


def start_time(pid: int) -> float | None:
    """When a live process started, in seconds since boot; with the pid, its identity.

    (Since 1970 it would be another one whenever the clock is set.)
    """
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return round(process.create_time() - psutil.boot_time(), 2)
    except psutil.NoSuchProcess:
        return None


def own_age() -> float:
    """Seconds since this process started, its imports included."""
    if sys.platform != "linux":
        return time.time() - psutil.Process().create_time()
    # Linux tells when it was booted in whole seconds, which is too coarse to count from.
    return time.clock_gettime(time.CLOCK_BOOTTIME) - (start_time(os.getpid()) or 0.0)


def is_stopped(pid: int) -> bool:
    """Whether every thread has stopped, which takes a moment from SIGSTOP on a busy machine.

    Where threads can't be asked one by one, as on a Mac, whether the process has.
    """
    try:
        process = psutil.Process(pid)
        threads = process.threads() if sys.platform == "linux" else ()
        asked = [psutil.Process(thread.id) for thread in threads] or [process]
        return all(each.status() == psutil.STATUS_STOPPED for each in asked)
    except psutil.NoSuchProcess:
        return not psutil.pid_exists(pid)  # else it was a thread that ended: ask again


def session_members(session: int) -> list[int]:
    """The live processes of a session, which a process that leads one leaves behind."""
    return [
        pid for pid in psutil.pids() if _session(pid) == session and start_time(pid) is not None
    ]


def port_holder(port: int) -> str | None:
    """Name the process that listens on a TCP port, as `name (pid 123)`, if it may be known."""
    try:
        for found in psutil.net_connections("tcp"):
            listens = found.status == psutil.CONN_LISTEN
            if listens and found.pid and found.laddr and found.laddr.port == port:
                return f"{psutil.Process(found.pid).name()} (pid {found.pid})"
    except psutil.Error:  # gone meanwhile; or only an administrator may ask, as on a Mac
        return None
    return None


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:  # gone meanwhile, or another user's
        return None
