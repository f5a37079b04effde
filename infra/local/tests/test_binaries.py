"""Finding the servers and seeing that they run here."""

from pathlib import Path

import pytest

from ticketing_local.binaries import MONGOD, NGINX, PROMETHEUS, SERVERS, Server, find, require_runs
from ticketing_local.problems import ProblemError


def program(folder: Path, script: str) -> Path:
    path = folder / "mongod"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.variable)
def test_the_environment_has_every_server(server: Server) -> None:
    """The packages bring programs that run on this machine."""
    found = find(server, {})

    assert found.is_file()
    require_runs(server, found)


def test_a_variable_names_another(tmp_path: Path) -> None:
    """By its path or, if it is on the PATH, by its name."""
    own = program(tmp_path, "exit 0")

    assert find(MONGOD, {"MONGOD": str(own)}) == own
    assert find(NGINX, {"NGINX": "sh"}).name == "sh"


def test_a_variable_that_names_nothing_is_told() -> None:
    """A typing mistake is not silently passed over."""
    with pytest.raises(ProblemError, match="MONGOD names /no/mongod, which is no program"):
        find(MONGOD, {"MONGOD": "/no/mongod"})


def test_prometheus_is_nobody_s_package() -> None:
    """It is found where it is installed, or named."""
    assert find(PROMETHEUS, {"PROMETHEUS": "sh"}).name == "sh"
    with pytest.raises(ProblemError, match="PROMETHEUS names /no/prometheus"):
        find(PROMETHEUS, {"PROMETHEUS": "/no/prometheus"})


def test_a_missing_package_is_named() -> None:
    """Where the wheel is not installed, the sentence names it and the way around it."""
    absent = Server("MONGOD", "no-such-distribution", "bin/mongod", "--version")

    with pytest.raises(ProblemError, match=r"mongod is missing: .*no-such-distribution.*MONGOD="):
        find(absent, {})


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (
            "echo 'mongod: error while loading shared libraries: libcurl.so.4: cannot open"
            " shared object file: No such file or directory' >&2; exit 127",
            "mongod needs the library libcurl.so.4, which this machine lacks:"
            " on Debian, apt install libcurl4.",
        ),
        (
            "echo 'mongod: error while loading shared libraries: libodd.so.1: no' >&2; exit 127",
            "mongod needs the library libodd.so.1, which this machine lacks: install it.",
        ),
        (
            'echo "mongod: /lib/libc.so.6: version \\`GLIBC_2.34\' not found" >&2; exit 1',
            "mongod needs GLIBC_2.34, and this machine's libraries are older than that.",
        ),
        ("kill -ILL $$", "mongod needs a processor with AVX, which this machine's is not."),
    ],
)
def test_what_the_machine_lacks_is_one_sentence(tmp_path: Path, script: str, sentence: str) -> None:
    """A missing library is told with the Debian package that has it."""
    with pytest.raises(ProblemError) as problem:
        require_runs(MONGOD, program(tmp_path, script))

    assert str(problem.value) == sentence


def test_what_is_no_program_is_told(tmp_path: Path) -> None:
    """A file of another machine's kind is not run."""
    path = tmp_path / "mongod"
    path.write_bytes(b"\x7fELF nothing")
    path.chmod(0o755)

    with pytest.raises(ProblemError, match="can't be run: Exec format error"):
        require_runs(MONGOD, path)
