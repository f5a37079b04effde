"""Fixtures of the tests about messages."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from common.tests.conftest import connection
from ticketing_common import cli
from ticketing_common.events import held
from ticketing_common.events import relay as relays
from ticketing_common.events.stream import Stream

T = TypeVar("T")
Command = Callable[..., tuple[int, str, str]]

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
    nats_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """`command("list")` of the dead letters: the exit code and what it said on both streams."""
    monkeypatch.setenv("NATS_URL", nats_url)
    monkeypatch.setenv("NATS_CLUSTER_ID", "test")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ticketing", "dead-letters", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        code = end.value.code
        return code if isinstance(code, int) else 1, said.out, said.err

    return run


@pytest.fixture
def letters(nats_url: str) -> Iterator[None]:
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

    async def drop(stream: Stream) -> None:
        for name in (stream.name, stream.dead_letters):
            await stream.jetstream.delete_stream(name)

    on_stream(nats_url, keep)
    yield
    on_stream(nats_url, drop)


def on_stream(url: str, act: Callable[[Stream], Awaitable[T]]) -> T:
    async def run() -> T:
        stream = connection(url)
        await stream.connect()
        try:
            return await act(stream)
        finally:
            await stream.close()

    return asyncio.run(run())
