"""`ticketing dead-letters`, on a real NATS server."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest

from common.tests.conftest import connection
from ticketing_common import cli
from ticketing_common.events import dead_letters_cli
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.stream import Stream

T = TypeVar("T")
Command = Callable[..., tuple[int, str, str]]

SUBJECT = "ticket:updated"
REASON = "2 validation errors\nid\n  Field required"


class Terminal:
    """An input that somebody sits at."""

    def isatty(self) -> bool:
        return True


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
    """Gone, and nobody hears of it; with `--all`, all are."""
    assert command("drop", "1") == (0, "dropped 1\n", "")
    assert [line[0] for line in command("list")[1].splitlines()] == ["2", "3"]

    assert command("drop", "--all") == (0, "dropped 2\ndropped 3\n", "")
    assert command("list") == (0, "", "")
    assert on_stream(nats_url, _messages) == []


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("action", ["replay", "drop"])
@pytest.mark.parametrize("which", [(), ("2", "--all")])
def test_all_of_them_has_to_be_said(command: Command, action: str, which: tuple[str, ...]) -> None:
    """No number is not all of them, and a number beside `--all` is a slip: nothing is done."""
    code, out, err = command(action, *which)

    assert (code, out) == (2, "")
    assert "--all" in err
    assert len(command("list")[1].splitlines()) == 3


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("action", ["replay", "drop"])
def test_a_terminal_is_asked(
    command: Command, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sits at one is told how many they are, and may still say no; `--yes` is not asked."""
    questions: list[str] = []

    def answer(text: str) -> Callable[[str], str]:
        def ask(question: str) -> str:
            questions.append(question)
            return text

        return ask

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", answer(""))
    assert command(action, "--all")[:2] == (1, "")
    assert len(command("list")[1].splitlines()) == 3
    monkeypatch.setattr("builtins.input", answer("y"))
    assert command(action, "1", "2")[0] == 0
    assert questions == [f"{action} 3 dead letters? [y/N] "]

    assert command(action, "--all", "--yes")[0] == 0
    assert command("list")[1] == ""
    assert len(questions) == 1


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


@pytest.mark.usefixtures("letters")
def test_what_can_t_be_replayed(command: Command, nats_url: str) -> None:
    """What is no whole message, or is refused, stays where it is; the others are seen to."""

    async def keep(stream: Stream) -> None:
        dead = DeadLetters(stream)
        much = b"x" * (stream.client.max_payload + 1)
        assert await dead.set_aside("orders-service", "", b'{"id": 1}', "unreadable", "orders/1")
        assert not await dead.set_aside("orders-service", SUBJECT, much, "too much", "orders/2")
        assert await dead.set_aside("orders-service", "two words", b"{}", "invalid", "orders/3")

    on_stream(nats_url, keep)

    code, out, err = command("replay", "--all")

    assert (code, out) == (1, "replayed 1\nreplayed 2\nreplayed 3\n")
    assert err.splitlines() == [
        "dead letter 4 is no whole message",
        "dead letter 5 is no whole message: it had 1048577 bytes orders/2",
        "dead letter 6 is refused by the stream: nats: invalid subject",
    ]
    assert '{"id": 1}' in command("show", "4")[1]
    assert "(the beginning of 1048577 bytes orders/2)" in command("show", "5")[1]
    assert [line.split("\t")[2] for line in command("list")[1].splitlines()] == [
        "orders-service outbox"
    ] * 3


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
