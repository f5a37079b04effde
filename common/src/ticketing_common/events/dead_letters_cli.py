"""`ticketing dead-letters`: list, show, replay and drop what no listener could digest."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable

from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from ticketing_common.environment import add_data_option, environment_of
from ticketing_common.errors import CustomError
from ticketing_common.events.dead_letters import DeadLetter, DeadLetters
from ticketing_common.events.stream import Stream
from ticketing_common.settings import NatsSettings, SettingsError

Action = Callable[[DeadLetters, int], Awaitable[None]]

CONNECT_TIMEOUT = 10.0  # seconds
DEFAULTS = {
    "NATS_URL": "nats://127.0.0.1:4222",
    "NATS_CLUSTER_ID": "ticketing",
    "NATS_CLIENT_ID": "dead-letters",
}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("dead-letters", help="messages no listener could digest")
    parser.add_argument("action", choices=["list", *ACTIONS])
    parser.add_argument("numbers", nargs="*", type=int, help="which ones; all where none is named")
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        environ = {**DEFAULTS, **environment_of("expiration", arguments.data)}
        settings = NatsSettings.from_environment(environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return asyncio.run(_run(settings, arguments))


async def _run(settings: NatsSettings, arguments: argparse.Namespace) -> int:
    logging.basicConfig(level="ERROR")
    stream = Stream(settings)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            await stream.connect()
        return await _act(DeadLetters(stream), arguments.action, arguments.numbers)
    except TimeoutError:
        sys.stderr.write(f"NATS does not answer at {settings.NATS_URL}\n")
    except (CustomError, NatsError) as error:
        sys.stderr.write(f"{error}\n")
    finally:
        await stream.close()
    return 1


async def _act(letters: DeadLetters, action: str, numbers: list[int]) -> int:
    if action == "list":
        async for letter in letters.list():
            since = f"{letter.since:%Y-%m-%d %H:%M:%S}"
            print(letter.number, since, letter.listener, _brief(letter), sep="\t")
        return 0
    missing = 0
    for number in numbers or [letter.number async for letter in letters.list()]:
        try:
            await ACTIONS[action](letters, number)
        except NotFoundError:
            sys.stderr.write(f"there is no dead letter {number}\n")
            missing = 1
    return missing


def _brief(letter: DeadLetter) -> str:
    return _plain(letter.reason.splitlines()[0]) if letter.reason else ""


def _plain(text: str) -> str:
    """Nothing in it moves the cursor: whoever sent the message does not own this terminal."""
    shown = (char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text)
    return "".join(shown)


async def _show(letters: DeadLetters, number: int) -> None:
    letter = await letters.get(number)
    print(f"{number}  {letter.listener}  {letter.since}")
    print(_plain(letter.data.decode(errors="backslashreplace")))
    print(_plain(letter.traceback))


async def _replay(letters: DeadLetters, number: int) -> None:
    await letters.replay(number)
    print(f"replayed {number}")


async def _drop(letters: DeadLetters, number: int) -> None:
    await letters.drop(number)
    print(f"dropped {number}")


ACTIONS: dict[str, Action] = {"show": _show, "replay": _replay, "drop": _drop}
