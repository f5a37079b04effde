"""What processes have used, by the kernel's own accounting."""

import time
from collections.abc import Mapping
from pathlib import Path

PROC = Path("/proc")
MIB = 2**20


def cpu(pid: int) -> int:
    """Nanoseconds of CPU (user and system, all threads, ended ones too) of a process.

    Its CPU clock, which /proc/PID/stat shows in hundredths of a second. 0 where it is gone.
    """
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)  # MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED)
    except OSError:
        return 0


def rss(pid: int) -> float:
    """MiB of memory a process has in RAM."""
    try:
        status = (PROC / str(pid) / "status").read_text()
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(line.split()[1]) * 1024 / MIB


def family(pid: int, parents: Mapping[int, int]) -> list[int]:
    """A process and all its descendants: a server's workers work for it."""
    members = [pid]
    for member in members:
        members += [child for child, parent in parents.items() if parent == member]
    return members


def parents() -> dict[int, int]:
    """Each process's parent."""
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue  # ended meanwhile
            found[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    return found


def total_cpu(pids: Mapping[str, list[int]]) -> dict[str, int]:
    """Nanoseconds of CPU by the name of a process and its family."""
    return {name: sum(map(cpu, members)) for name, members in pids.items()}


def total_rss(pids: Mapping[str, list[int]]) -> dict[str, float]:
    """MiB by the name of a process and its family."""
    return {name: sum(map(rss, members)) for name, members in pids.items()}
