"""Ports on the loopback."""

import json
import os
import socket
from pathlib import Path

import pytest

from ticketing_local.data.ports import LOOPBACK, Ports, require_free
from ticketing_local.problems import ProblemError


def test_a_taken_port_says_by_whom(taken_port: int) -> None:
    """The sentence names the process that holds the port, and what to do."""
    with pytest.raises(ProblemError) as problem:
        require_free(taken_port)

    assert str(problem.value).startswith(f"Port {taken_port} is taken by ")
    assert f"(pid {os.getpid()})" in str(problem.value)
    assert "PORT=" in str(problem.value)


def test_connections_still_closing_don_t_take_a_port(free_port: int) -> None:
    """A start right after a stop finds its port free."""
    server = socket.create_server((LOOPBACK, free_port))
    client = socket.create_connection((LOOPBACK, free_port))
    accepted, _ = server.accept()
    accepted.close()  # the server closes first, so its side lingers
    client.close()
    server.close()

    require_free(free_port)


def test_ports_are_the_same_at_the_next_start(tmp_path: Path) -> None:
    """What was given is remembered, so that links and logs stay true."""
    path = tmp_path / "ports.json"
    first = Ports(path, reserved=8080)
    given = [first.of(name) for name in ("auth", "tickets")]
    first.remember()

    second = Ports(path, reserved=8080)

    assert [second.of(name) for name in ("auth", "tickets")] == given
    assert len(set(given)) == 2


def test_a_remembered_port_that_is_taken_is_replaced(tmp_path: Path, taken_port: int) -> None:
    """What somebody else uses by now is not insisted on."""
    path = tmp_path / "ports.json"
    path.write_text(json.dumps({"auth": taken_port}))

    assert Ports(path, reserved=8080).of("auth") != taken_port


def test_the_gateway_s_port_is_given_to_nobody_else(tmp_path: Path, free_port: int) -> None:
    """Asking for a port that a service had before moves the service."""
    path = tmp_path / "ports.json"
    path.write_text(json.dumps({"auth": free_port}))

    assert Ports(path, reserved=free_port).of("auth") != free_port


def test_ports_are_none_that_outgoing_connections_are_given(tmp_path: Path) -> None:
    """A restarting server must not find its port used by some client's connection."""
    ports = Ports(tmp_path / "ports.json", reserved=8080)

    assert all(20_000 <= ports.of(str(number)) < 32_768 for number in range(20))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"auth": "x"}', '{"auth": null}'])
def test_what_can_t_be_remembered_is_decided_anew(tmp_path: Path, text: str) -> None:
    """A broken file of ports costs nothing but other ports."""
    path = tmp_path / "ports.json"
    path.write_text(text)

    assert Ports(path, reserved=8080).of("auth")
