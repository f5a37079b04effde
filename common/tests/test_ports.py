"""Ports for tests and for the laptop's processes."""

import socket
import subprocess
import sys

import pytest

from ticketing_common.testing import ports

RESERVE = "import sys; from ticketing_common.testing.ports import reserve; " + (
    "print(reserve(int(sys.argv[1])))"
)


def test_two_are_never_given_the_same_port() -> None:
    """Not even while nobody listens yet: two stacks that start at once differ in every port."""
    port = ports.free_port()

    assert _another_process_may_have(port) == "False"
    assert ports.free_port() != port


def test_a_port_is_anybody_s_after_its_process_has_ended() -> None:
    """A lock goes with its process, however that ended."""
    port = ports.free_port() + 12_000  # of no test: from above the range

    assert _another_process_may_have(port) == "True"
    assert ports.reserve(port)


def test_a_port_in_use_is_given_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a stranger listens on, who knows of no lock, is passed over."""
    with socket.create_server((ports.LOOPBACK, 0)) as stranger:
        taken = stranger.getsockname()[1]
        monkeypatch.setattr(ports, "RANGE", range(taken, taken + 1))

        with pytest.raises(OSError, match="no port is free"):
            ports.free_port()


def _another_process_may_have(port: int) -> str:
    command = [sys.executable, "-c", RESERVE, str(port)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
