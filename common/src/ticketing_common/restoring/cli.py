"""`ticketing restore SERVICE`: what was told since the backup that is in its database now."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fastapi import FastAPI

from ticketing_common.environment import add_data_option
from ticketing_common.errors import CustomError
from ticketing_common.events.connecting import NotConnectedError
from ticketing_common.logs import reason
from ticketing_common.restoring import past
from ticketing_common.restoring.past import NotRestorableError, Outcome
from ticketing_common.service_command import (
    CommandError,
    app_of,
    closed,
    fail,
    require_service,
    service_settings,
)

# The exit codes where it has come to the end, but a person has to look; and where it has not. 1 is
# also how an error ends a process: nobody is to start a service upon that.
LEFT_OUT, FAILED = 3, 2

Restore = Callable[[FastAPI, Any], Awaitable[Outcome]]


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "restore",
        help="after one database came back from a backup: hear again what was told since",
        description="Put the dump back while the service is stopped, run this, and start the"
        " service again. Its documents are then as they were told to the others since the backup,"
        " and so are the numbers that it goes on from. payments asks Stripe, too. auth has told"
        " nobody anything: it reads what `ticketing owners tickets` and `... orders` print, and"
        " names who has no account any more. It can be run again. The exit code is 0 where nothing"
        " was left out, 3 where something was, and another where it has not come to the end.",
    )
    parser.add_argument("service", help="whose database: auth, tickets, orders or payments")
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    logging.basicConfig(level="ERROR", format="%(message)s")
    logging.getLogger(past.__name__).setLevel("WARNING")  # how far it has come
    name = arguments.service
    try:
        require_service(name)
        if find_spec(f"ticketing_{name}.restore") is None:
            raise CommandError("it has nothing to be restored")
        settings = service_settings(name, arguments.data)
        outcome = asyncio.run(_restore(name, settings))
    except (CommandError, NotConnectedError, NotRestorableError) as error:
        return _fail(name, str(error))
    except TimeoutError:
        return _fail(name, "its database does not answer")
    except CustomError as error:
        return _fail(name, f"{reason(error)}; run it again")
    for each in outcome.left_out:
        print(f"left out  {each}", file=sys.stderr)
    print(f"{name}: {outcome}")
    return LEFT_OUT if outcome.left_out else 0


def _fail(name: str, why: str) -> int:
    fail(f"{name}: {why}")
    return FAILED


async def _restore(name: str, settings: Any) -> Outcome:
    restore: Restore = import_module(f"ticketing_{name}.restore").restore
    async with closed(app_of(name, settings)) as app:
        return await restore(app, settings)
