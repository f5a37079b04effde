"""Everything that has to hold before the first process is started."""

import asyncio
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TextIO

from ticketing_local.binaries import PROMETHEUS, SERVERS, Server, find, require_runs
from ticketing_local.data.files import make_folder, require_space
from ticketing_local.data.keys import known_secrets
from ticketing_local.data.lock import only_instance
from ticketing_local.data.ports import Ports, require_free
from ticketing_local.data.state import end_leftovers
from ticketing_local.manifests import Manifests
from ticketing_local.options import Options
from ticketing_local.run import run
from ticketing_local.stack import Builder

INFRA = Path(__file__).resolve().parents[3]


def start(options: Options, environ: Mapping[str, str], stdout: TextIO) -> None:
    """Run until told to stop. Raises `ProblemError` for what keeps it from running."""
    data = make_folder(options.data)
    with only_instance(data, os.getpid()):
        if count := end_leftovers(data / "state.json"):
            print(f"Ended {count} processes that an earlier run left behind.", file=stdout)
        require_space(data)
        require_free(options.port)
        stack = Builder(
            options=options,
            manifests=Manifests(INFRA),
            programs=_programs(options, environ),
            ports=Ports(data / "ports.json", reserved=options.port),
            secrets=known_secrets(data / "secrets.json", options.stripe_key),
            environ=environ,
        ).stack()
        asyncio.run(run(stack, options, stdout))


def _programs(options: Options, environ: Mapping[str, str]) -> dict[Server, Path]:
    """The servers' programs, each of which was seen to run. Traces are kept without Prometheus,
    too, where it is neither installed nor named."""
    programs = {server: find(server, environ) for server in SERVERS}
    if options.observe and (environ.get(PROMETHEUS.variable) or shutil.which(PROMETHEUS.file)):
        programs[PROMETHEUS] = find(PROMETHEUS, environ)
    with ThreadPoolExecutor() as pool:
        list(pool.map(require_runs, programs, programs.values()))
    return programs
