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
from ticketing_common.events.connecting import NotConnectedError, connected
from ticketing_common.events.dead_letters import DeadLetter, DeadLetters, NotReplayableError
from ticketing_common.settings import NatsSettings, SettingsError
from ticketing_common.text import for_terminal

Action = Callable[[DeadLetters, int], Awaitable[None]]

USAGE = 2  # exit code, as argparse's own
DEFAULTS = {
    "NATS_URL": "nats://127.0.0.1:4222",
    "NATS_CLUSTER_ID": "ticketing",
    "NATS_CLIENT_ID": "dead-letters",
}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("dead-letters", help="messages no listener could digest")
    parser.add_argument("action", choices=["list", *ACTIONS])
    parser.add_argument("numbers", nargs="*", type=int, help="which ones; `show` shows all of them")
    parser.add_argument("--all", action="store_true", help="replay or drop every one there is")
    parser.add_argument("--yes", action="store_true", help="do so without asking on a terminal")
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if arguments.action in CHANGES and bool(arguments.numbers) == arguments.all:
        sys.stderr.write(f"which ones to {arguments.action}? Name their numbers, or say --all\n")
        return USAGE
    try:
        environ = {**DEFAULTS, **environment_of("expiration", arguments.data)}
        settings = NatsSettings.from_environment(environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return asyncio.run(_run(settings, arguments))


async def _run(settings: NatsSettings, arguments: argparse.Namespace) -> int:
    logging.basicConfig(level="ERROR")
    try:
        async with connected(settings) as stream:
            return await _act(DeadLetters(stream), arguments)
    except (NotConnectedError, CustomError, NatsError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


async def _act(letters: DeadLetters, arguments: argparse.Namespace) -> int:
    action, numbers = arguments.action, arguments.numbers
    if action == "list":
        async for letter in letters.list():
            since = f"{letter.since:%Y-%m-%d %H:%M:%S}"
            print(letter.number, since, letter.listener, _brief(letter), sep="\t")
        return 0
    numbers = numbers or [letter.number async for letter in letters.list()]
    if arguments.all and numbers and not arguments.yes and not _agreed(action, len(numbers)):
        return 1
    failed = 0
    for number in numbers:
        try:
            await ACTIONS[action](letters, number)
        except NotFoundError:
            sys.stderr.write(f"there is no dead letter {number}\n")
            failed = 1
        except NotReplayableError as error:
            sys.stderr.write(f"dead letter {number} {error}\n")
            failed = 1
    return failed


def _agreed(action: str, count: int) -> bool:
    """Whether whoever sits there says so; a script, which can't, has said --all."""
    if not sys.stdin.isatty():
        return True
    return input(f"{action} {count} dead letters? [y/N] ").strip().lower() in ("y", "yes")


def _brief(letter: DeadLetter) -> str:
    return for_terminal(letter.reason.splitlines()[0]) if letter.reason else ""


async def _show(letters: DeadLetters, number: int) -> None:
    letter = await letters.get(number)
    print(f"{number}  {letter.listener}  {letter.since}")
    print(for_terminal(letter.data.decode(errors="backslashreplace")))
    if letter.cut:
        print(f"(the beginning of {letter.cut})")
    print(for_terminal(letter.traceback))


async def _replay(letters: DeadLetters, number: int) -> None:
    await letters.replay(number)
    print(f"replayed {number}")


async def _drop(letters: DeadLetters, number: int) -> None:
    await letters.drop(number)
    print(f"dropped {number}")


CHANGES: dict[str, Action] = {"replay": _replay, "drop": _drop}
ACTIONS: dict[str, Action] = {"show": _show, **CHANGES}
