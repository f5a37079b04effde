"""`ticketing resync SERVICE`: publish its whole present state again, for the other services."""

import argparse
import asyncio
import logging

from fastapi import FastAPI

from ticketing_common.environment import add_data_option
from ticketing_common.errors import CustomError
from ticketing_common.service_command import (
    CommandError,
    fail,
    require_service,
    service_app,
    until_prepared,
)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "resync",
        help="publish a service's whole present state again",
        description="Put the event of every document into its outbox again, from where the running"
        " service publishes it. Safe at any time: whoever has heard it changes nothing.",
    )
    parser.add_argument("service", help="whose state: tickets, orders or payments")
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    name = arguments.service
    logging.basicConfig(level="ERROR")
    try:
        require_service(name)
        app = service_app(name, arguments.data)
        if not app.state.republishers:
            return fail(f"{name} has no state that others keep")
        count = asyncio.run(_republish(app))
    except CommandError as error:
        return fail(str(error))
    except (CustomError, TimeoutError):
        return fail(f"the database of {name} does not answer")
    print(f"{name}: {count} events are published again")
    return 0


async def _republish(app: FastAPI) -> int:
    await until_prepared(app)
    return sum([await republisher.run() for republisher in app.state.republishers])
