"""What processes have used, by the kernel's own accounting."""

import time
from collections.abc import Mapping

import psutil

MIB = 2**20


def cpu(pid: int) -> int:
    """Nanoseconds of CPU (user and system, all threads, ended ones too) of a process.

    Its CPU clock, which others (psutil too) show in hundredths of a second. 0 where it is gone.
    """
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)  # MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED)
    except OSError:
        return 0


def rss(pid: int) -> float:
    """MiB of memory a process has in RAM; 0 where it is gone."""
    try:
        return float(psutil.Process(pid).memory_info().rss / MIB)
    except psutil.NoSuchProcess:
        return 0.0


def family(pid: int) -> list[int]:
    """A process and all its descendants: a server's workers work for it."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def total_cpu(pids: Mapping[str, list[int]]) -> dict[str, int]:
    """Nanoseconds of CPU by the name of a process and its family."""
    return {name: sum(map(cpu, members)) for name, members in pids.items()}


def total_rss(pids: Mapping[str, list[int]]) -> dict[str, float]:
    """MiB by the name of a process and its family."""
    return {name: sum(map(rss, members)) for name, members in pids.items()}
