"""`ticketing resync SERVICE`: tell the other services its whole present state again."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ticketing_common.environment import add_data_option, environment_of
from ticketing_common.errors import CustomError
from ticketing_common.settings import SettingsError

CONNECT_TIMEOUT = 10.0  # seconds


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "resync",
        help="tell a service's whole present state again",
        description="Put the news of every document into its outbox again, from where the running"
        " service publishes it. Safe at any time: whoever has heard it changes nothing.",
    )
    parser.add_argument("service", help="whose state: tickets, orders or payments")
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    name = arguments.service
    if not name.isidentifier() or find_spec(f"ticketing_{name}") is None:
        return _fail(f"there is no service {name!r} here")
    logging.basicConfig(level="ERROR")
    try:
        environ = environment_of(name, arguments.data)
        settings = import_module(f"ticketing_{name}.config").Settings.from_environment(environ)
        app = import_module(f"ticketing_{name}.app").create_app(settings)
        if not app.state.republishers:
            return _fail(f"{name} has no state that others keep")
        told = asyncio.run(_tell(app.state.republishers, app.state.stores.values()))
    except SettingsError as error:
        return _fail(str(error))
    except (CustomError, TimeoutError):
        return _fail(f"the database of {name} does not answer")
    print(f"{name}: {told} events are told again")
    return 0


async def _tell(republishers: Sequence[Any], stores: Sequence[Any]) -> int:
    async with asyncio.timeout(CONNECT_TIMEOUT):
        await republishers[0].store.database.prepare(stores)
    return sum([await republisher.run() for republisher in republishers])


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1
