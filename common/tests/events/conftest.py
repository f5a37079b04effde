"""Fixtures of the tests about messages."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from common.tests.conftest import connection
from ticketing_common import cli
from ticketing_common.events import held
from ticketing_common.events import relay as relays
from ticketing_common.events.stream import Stream

T = TypeVar("T")
Command = Callable[..., tuple[int, str, str]]
OnStream = Callable[[Callable[[Stream], Awaitable[T]]], T]

QUICK = 0.02  # seconds
SUBJECT = "ticket:updated"
REASON = "2 validation errors\nid\n  Field required"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once, and so do polls."""
    monkeypatch.setattr(held, "FIRST_DELAY", QUICK)
    monkeypatch.setattr(relays, "POLL_INTERVAL", QUICK)


@pytest.fixture
def command(
    nats_url: str,
    stream_name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """`command("list")` of the dead letters: the exit code and what it said on both streams."""
    monkeypatch.setenv("NATS_URL", nats_url)
    monkeypatch.setenv("NATS_CLUSTER_ID", stream_name)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ticketing", "dead-letters", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        code = end.value.code
        return code if isinstance(code, int) else 1, said.out, said.err

    return run


@pytest.fixture
def letters(on_stream: OnStream[None]) -> None:
    """Three dead letters, numbers 1 to 3."""

    async def keep(stream: Stream) -> None:
        for number in (1, 2, 3):
            headers = {
                "Ticketing-Listener": "orders-service_ticket-updated",
                "Ticketing-Subject": SUBJECT,
                "Ticketing-Reason": REASON.encode("unicode_escape").decode(),
                "Ticketing-Traceback": f"Traceback of {number}",
            }
            subject = f"{stream.dead_letters}.orders-service"
            await stream.publish(subject, f"message {number}".encode(), headers)

    on_stream(keep)


@pytest.fixture
def on_stream(nats_url: str, stream_name: str) -> OnStream[T]:
    """`on_stream(act)`: what `act` returns of this test's stream, over a connection of its own."""

    async def run(act: Callable[[Stream], Awaitable[T]]) -> T:
        stream = connection(nats_url, stream_name)
        await stream.connect()
        try:
            return await act(stream)
        finally:
            await stream.close()

    return lambda act: asyncio.run(run(act))
