"""The command, with real servers and small stand-ins for the services."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from infra.local.tests.command import Environment
from ticketing_local.processes.inspection import session_members, start_time


def eventually(holds: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def get(url: str) -> bytes:
    with build_opener(ProxyHandler({})).open(url, timeout=60) as answer:
        content: bytes = answer.read()
        return content


@pytest.fixture
def environment(tmp_path: Path, free_port: int) -> Iterator[Environment]:
    environment = Environment(tmp_path, free_port)
    yield environment
    for process in environment.started:
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()
    eventually(lambda: not any(start_time(pid) for pid in environment.pids()))


def test_from_the_first_line_to_the_last(environment: Environment, tmp_path: Path) -> None:
    """It serves, says what runs where, heals, refuses a second instance, and stops as a group."""
    ready = tmp_path / "ready.json"
    process = environment.up("--json-ready", str(ready))
    eventually(ready.exists)

    # It serves the site, and tells where everything is.
    assert get(f"http://localhost:{environment.port}/") == b"stand-in"
    assert json.loads(ready.read_text())["url"] == f"http://localhost:{environment.port}"
    state = environment.state
    assert state["ready"]
    assert state["supervisor"]["pid"] == process.pid
    names = {p["name"] for p in state["processes"]}
    assert {"gateway", "nats", "expiration-redis", "stripe", "auth-mongo", "tickets"} <= names
    assert len(names) == 14
    for running in state["processes"]:
        assert start_time(running["pid"]) == running["started"]
        with socket.create_connection(("127.0.0.1", running["port"]), timeout=60):
            pass

    # A second instance, and one on the same port, are told why not.
    assert f"already running on the data in {environment.data} (pid {process.pid})" in (
        environment.fails()
    )
    taken = environment.fails("--data", str(tmp_path / "other"))
    assert f"Port {environment.port} is taken by nginx (pid " in taken
    assert not (tmp_path / "other" / "state.json").exists()

    # What is killed is started again, and the state tells of it.
    for name in ("gateway", "tickets", "nats"):
        os.kill(environment.process(name)["pid"], signal.SIGKILL)
    for name in ("gateway", "tickets", "nats"):
        eventually(lambda n=name: environment.process(n)["restarts"] == 1)  # type: ignore[misc]
        eventually(lambda n=name: environment.process(n)["ready"])  # type: ignore[misc]
    assert get(f"http://localhost:{environment.port}/api/tickets") == b"stand-in"

    # Ctrl-C reaches the whole group, and stops everything.
    pids = environment.pids()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=60) == 0
    assert not any(session_members(pid) for pid in pids)
    assert environment.pids() == []
    said = environment.output.read_text()
    assert "[14/14]" in said
    assert "The marketplace is ready after " in said
    assert "Stopped after" in said
    assert "Traceback" not in said


def test_a_killed_supervisor_leaves_nothing(environment: Environment) -> None:
    """Its processes die with it, and the next start has the same ports and keys."""
    process = environment.up()
    eventually(lambda: environment.state["ready"])
    before = environment.state
    key = (environment.data / "secrets.json").read_text()

    process.kill()
    process.wait()

    eventually(lambda: not any(session_members(p["pid"]) for p in before["processes"]), 5)
    second = environment.up()
    eventually(lambda: environment.state["supervisor"]["pid"] == second.pid)
    eventually(lambda: environment.state["ready"])
    ports = [{p["name"]: p["port"] for p in s["processes"]} for s in (before, environment.state)]
    assert ports[0] == ports[1]
    assert (environment.data / "secrets.json").read_text() == key
    second.terminate()
    assert second.wait(timeout=60) == 0


def test_a_service_that_can_t_start_ends_it(environment: Environment) -> None:
    """With one sentence that has the service's own words, and nothing left running."""
    (environment.services / "ticketing_orders" / "__main__.py").write_text(
        "raise SystemExit('JWT_KEY: must be at least 32 bytes')"
    )

    said = environment.fails()

    assert said == (
        "ticketing: orders exited with code 1 5 times before it was ready;"
        " the last it said: JWT_KEY: must be at least 32 bytes\n"
    )
    assert environment.pids() == []


def test_a_signal_while_it_starts_stops_it(environment: Environment) -> None:
    """Nobody has to wait for the end of the start."""
    process = environment.up()
    eventually(environment.pids)

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=60) == 0
    assert environment.pids() == []


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_it_stops_when_nobody_reads_any_more(environment: Environment, unbuffered: str) -> None:
    """`make run | head` does not leave a marketplace behind, nor end as if it had failed."""
    environment.output.unlink(missing_ok=True)
    os.mkfifo(environment.output)
    reader = os.open(environment.output, os.O_RDONLY | os.O_NONBLOCK)
    process = environment.up(PYTHONUNBUFFERED=unbuffered)
    eventually(environment.pids)

    os.close(reader)

    assert process.wait(timeout=60) == 0
    assert environment.pids() == []


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"PORT": "http"}, "PORT must be a whole number from 1 to 65535, not 'http'."),
        ({"DATA": "/dev/null/data"}, "The data folder /dev/null/data can't be made:"),
        ({"NGINX": "/no/nginx"}, "NGINX names /no/nginx, which is no program."),
        ({"STRIPE_KEY": "x"}, "STRIPE_KEY must be a secret key, which starts with sk_ or rk_."),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence(
    environment: Environment, environ: dict[str, str], sentence: str
) -> None:
    """On standard error, with an exit code, without a traceback."""
    said = environment.fails(**environ)

    assert said.startswith(f"ticketing: {sentence}")
    assert said.count("\n") == 1
    assert environment.output.read_text() == ""
