"""`ticketing dead-letters`, on a real NATS server."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest

from common.tests.conftest import connection
from ticketing_common import cli
from ticketing_common.events import dead_letters_cli
from ticketing_common.events.stream import Stream

T = TypeVar("T")
Command = Callable[..., tuple[int, str, str]]

SUBJECT = "ticket:updated"
REASON = "2 validation errors\nid\n  Field required"


@pytest.fixture
def command(
    nats_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """`command("list")`: the exit code and what it said on both streams."""
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


async def _messages(stream: Stream) -> list[Any]:
    state = (await stream.info()).state
    return [
        (message.subject, message.data)
        for number in range(max(state.first_seq, 1), state.last_seq + 1)
        for message in [await stream.jetstream.get_msg(stream.name, number)]
    ]


@pytest.mark.usefixtures("letters")
def test_list(command: Command) -> None:
    """A line for each: number, time, listener, the reason's first line."""
    code, out, err = command("list")

    assert (code, err) == (0, "")
    lines = [line.split("\t") for line in out.splitlines()]
    assert [line[0] for line in lines] == ["1", "2", "3"]
    assert {tuple(line[2:]) for line in lines} == {
        ("orders-service_ticket-updated", "2 validation errors")
    }


def test_there_are_none(command: Command) -> None:
    """Nothing is said where there is nothing."""
    assert command("list") == (0, "", "")


@pytest.mark.usefixtures("letters")
def test_show(command: Command) -> None:
    """The whole message and the traceback, of those that are named."""
    code, out, _ = command("show", "2")

    assert code == 0
    assert "message 2" in out
    assert "Traceback of 2" in out
    assert "message 1" not in out


@pytest.mark.usefixtures("letters")
def test_replay(command: Command, nats_url: str) -> None:
    """It is on the stream again under its subject, and no dead letter any more."""
    assert command("replay", "2") == (0, "replayed 2\n", "")

    assert on_stream(nats_url, _messages) == [(SUBJECT, b"message 2")]
    assert [line[0] for line in command("list")[1].splitlines()] == ["1", "3"]


@pytest.mark.usefixtures("letters")
def test_drop(command: Command, nats_url: str) -> None:
    """Gone, and nobody hears of it; without a number, all are."""
    assert command("drop", "1") == (0, "dropped 1\n", "")
    assert [line[0] for line in command("list")[1].splitlines()] == ["2", "3"]

    assert command("drop") == (0, "dropped 2\ndropped 3\n", "")
    assert command("list") == (0, "", "")
    assert on_stream(nats_url, _messages) == []


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("action", ["show", "replay", "drop"])
def test_a_number_that_is_none(command: Command, action: str) -> None:
    """The others are seen to, and the exit code tells."""
    code, out, err = command(action, "99", "3")

    assert (code, err) == (1, "there is no dead letter 99\n")
    assert "3" in out


@pytest.mark.usefixtures("letters")
def test_a_message_can_do_nothing_to_the_terminal(command: Command, nats_url: str) -> None:
    """Control characters of a message are shown, not obeyed."""

    async def keep(stream: Stream) -> None:
        await stream.publish(f"{stream.dead_letters}.x", b"\x1b[2J\xff", {})

    on_stream(nats_url, keep)

    out = command("show", "4")[1]

    assert "\x1b" not in out
    assert "\\x1b[2J" in out


def test_without_a_server(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence that names the address, in bounded time."""
    monkeypatch.setattr(dead_letters_cli, "CONNECT_TIMEOUT", 0.3)
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:1")

    code, out, err = command("list")

    assert (code, out) == (1, "")
    assert err == "NATS does not answer at nats://127.0.0.1:1\n"


def test_without_a_laptop_environment(command: Command) -> None:
    """`--data` says so where nothing runs there."""
    code, _, err = command("list", "--data", "/nowhere")

    assert code == 1
    assert "/nowhere" in err
