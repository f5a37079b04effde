"""How many cores this process may use."""

import os
from pathlib import Path

CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # a container's: "<quota> <period>", or "max ..."


def available_cores(quota: Path = CGROUP_QUOTA) -> int:
    """At least one. A container sees every core of its node, so its quota counts as well."""
    cores = os.cpu_count() or 1
    try:
        share, period = quota.read_text().split()
    except OSError:  # no container, or no Linux
        return cores
    return cores if share == "max" else max(1, min(cores, int(share) // int(period)))
