"""Asking for the reports: by one command, and as in a cluster, by a `kubectl` of our own."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from ticketing_common.cli import main
from ticketing_local.environment import INFRA, environment
from ticketing_local.harness import Stack

TICKETING = str(Path(sys.executable).with_name("ticketing"))
SERVICES = ("orders", "tickets", "payments", "expiration", "auth")
TRIES = 5

Ask = Callable[[], "subprocess.CompletedProcess[str]"]


def asked(ask: Ask, silent: str = "") -> "subprocess.CompletedProcess[str]":
    """The report once all have told their part in time, but for the one who is to be silent: on a
    busy machine any may be too slow for once, which the report says."""
    for _ in range(TRIES):
        done = ask()
        if {line.split()[0] for line in lines(done.stdout, "does not tell:")} <= {silent}:
            break
    return done


def ticketing(
    stack: Stack, *arguments: str, silent: str = ""
) -> "subprocess.CompletedProcess[str]":
    """In this process, as one of its own takes seconds to begin."""
    argv = [TICKETING, *arguments, "--data", str(stack.data)]

    def ask() -> "subprocess.CompletedProcess[str]":
        with (
            patch.object(sys, "argv", argv),
            redirect_stdout(io.StringIO()) as stdout,
            redirect_stderr(io.StringIO()) as stderr,
            pytest.raises(SystemExit) as exited,
        ):
            main()
        code = exited.value.code
        assert isinstance(code, int)
        return subprocess.CompletedProcess(argv, code, stdout.getvalue(), stderr.getvalue())

    return asked(ask, silent)


def lines(report: str, *words: str) -> list[str]:
    return [line for line in report.splitlines() if all(word in line for word in words)]


COMPILED = ("PYTHONPYCACHEPREFIX",)  # where its modules are, or each process begins with them
KUBECTL = f"""#!{sys.executable}
import base64, json, pathlib, subprocess, sys
here, words = pathlib.Path(__file__).parent, sys.argv[1:]
if words[:2] == ["get", "secret"]:
    secret = json.loads((here / "operator").read_text())
    sys.stdout.write(base64.b64encode(secret[words[-1].split(".")[-1][:-1]].encode()).decode())
elif words[0] == "exec":
    service = words[2].removeprefix("deployment/").removesuffix("-depl")
    if service in (here / "away").read_text():
        sys.exit("there is no pod")
    command = words[words.index("--") + 1 :]
    environment = json.loads((here / service).read_text())
    sys.exit(subprocess.run(command, env=environment).returncode)
"""


def in_cluster(stack: Stack, folder: Path) -> None:
    """A `kubectl` whose pods have their service's variables, and no more rights than it has."""
    (folder / "kubectl").write_text(KUBECTL)
    (folder / "kubectl").chmod(0o755)
    (folder / "away").touch()
    path = {"PATH": f"{Path(TICKETING).parent}:/usr/bin:/bin"}
    compiled = {name: os.environ[name] for name in COMPILED if name in os.environ}
    for service in (*SERVICES, "client"):
        variables = environment(service, str(stack.data))
        operator = {name: variables.pop(name, "") for name in ("NATS_USER", "NATS_PASSWORD")}
        (folder / service).write_text(json.dumps({**variables, **path, **compiled}))
        if service == "orders":
            (folder / "operator").write_text(json.dumps(operator))


def script(folder: Path, *arguments: str, silent: str = "") -> "subprocess.CompletedProcess[str]":
    """`infra/ticketing` beside such a `kubectl`."""
    argv, environ = [str(INFRA / "ticketing"), *arguments], {"PATH": f"{folder}:/usr/bin:/bin"}

    def ask() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            argv, check=False, env=environ, capture_output=True, text=True, timeout=300
        )

    return asked(ask, silent)
