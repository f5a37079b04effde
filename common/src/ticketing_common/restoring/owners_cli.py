"""`ticketing owners SERVICE`: whose documents a service has."""

import argparse
import asyncio
import logging
import sys
from typing import Any

from ticketing_common.environment import add_data_option
from ticketing_common.errors import CustomError
from ticketing_common.service_command import (
    CommandError,
    closed,
    fail,
    require_service,
    service_app,
    until_prepared,
)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "owners",
        help="the ids of users whose documents a service has",
        description="A line for each document, so sort -u them. `ticketing restore auth` reads them"
        " and names those who have no account.",
    )
    parser.add_argument("service", help="tickets, orders or payments")
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    logging.basicConfig(level="ERROR")
    name = arguments.service
    try:
        require_service(name)
        asyncio.run(_print(name, arguments.data))
    except CommandError as error:
        return fail(str(error))
    except (CustomError, TimeoutError):
        return fail(f"the database of {name} does not answer")
    return 0


async def _print(name: str, data: str | None) -> None:
    async with closed(service_app(name, data)) as app:
        await until_prepared(app)
        stores: list[Any] = list(app.state.stores.values())
        for store in stores:
            if "user_id" in store.document.model_fields:
                async for document in store.each():
                    sys.stdout.write(f"{document.user_id}\n")
