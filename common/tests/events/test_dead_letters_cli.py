"""`ticketing dead-letters`, on a real NATS server."""

from collections.abc import Callable
from typing import Any

import pytest

from common.tests.events.conftest import SUBJECT, Command, OnStream
from ticketing_common.events import connecting
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.stream import Stream


class Terminal:
    """An input that somebody sits at."""

    def isatty(self) -> bool:
        return True


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
def test_replay(command: Command, on_stream: OnStream[Any]) -> None:
    """It is on the stream again under its subject, and no dead letter any more."""
    assert command("replay", "2") == (0, "replayed 2\n", "")

    assert on_stream(_messages) == [(SUBJECT, b"message 2")]
    assert [line[0] for line in command("list")[1].splitlines()] == ["1", "3"]


@pytest.mark.usefixtures("letters")
def test_drop(command: Command, on_stream: OnStream[Any]) -> None:
    """Gone, and nobody hears of it; with `--all`, all are."""
    assert command("drop", "1") == (0, "dropped 1\n", "")
    assert [line[0] for line in command("list")[1].splitlines()] == ["2", "3"]

    assert command("drop", "--all") == (0, "dropped 2\ndropped 3\n", "")
    assert command("list") == (0, "", "")
    assert on_stream(_messages) == []


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
def test_a_message_can_do_nothing_to_the_terminal(
    command: Command, on_stream: OnStream[Any]
) -> None:
    """Control characters of a message are shown, not obeyed."""

    async def keep(stream: Stream) -> None:
        await stream.publish(f"{stream.dead_letters}.x", b"\x1b[2J\xff", {})

    on_stream(keep)

    out = command("show", "4")[1]

    assert "\x1b" not in out
    assert "\\x1b[2J" in out


@pytest.mark.usefixtures("letters")
def test_what_can_t_be_replayed(command: Command, on_stream: OnStream[Any]) -> None:
    """What is no whole message, or is refused, stays where it is; the others are seen to."""

    async def keep(stream: Stream) -> None:
        dead = DeadLetters(stream)
        much = b"x" * (stream.client.max_payload + 1)
        assert await dead.set_aside("orders-service", "", b'{"id": 1}', "unreadable", "orders/1")
        assert not await dead.set_aside("orders-service", SUBJECT, much, "too much", "orders/2")
        assert await dead.set_aside("orders-service", "two words", b"{}", "invalid", "orders/3")

    on_stream(keep)

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
    monkeypatch.setattr(connecting, "CONNECT_TIMEOUT", 0.3)
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:1")

    code, out, err = command("list")

    assert (code, out) == (1, "")
    assert err == "NATS does not answer at nats://127.0.0.1:1\n"


def test_without_a_laptop_environment(command: Command) -> None:
    """`--data` says so where nothing runs there."""
    code, _, err = command("list", "--data", "/nowhere")

    assert code == 1
    assert "/nowhere" in err
