"""`ticketing import SERVICE --from URI`: take over a database of the base system."""

import argparse
import asyncio
import logging
import sys
from importlib import import_module
from importlib.util import find_spec

from fastapi import FastAPI

from ticketing_common.environment import add_data_option
from ticketing_common.errors import CustomError
from ticketing_common.importing import Importer, Report
from ticketing_common.service_command import (
    CommandError,
    fail,
    require_service,
    service_app,
    until_prepared,
)
from ticketing_common.store.source import Source


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "import",
        help="take over a database of the base system",
        description="Copy what the base system stored into the service's database and tell the"
        " other services of it. Stop the base system first, then import auth, tickets, orders and"
        " payments, in this order, while all services run. What is here already stays as it is, so"
        " it can be run again. The exit code is 0 only where nothing was left out.",
    )
    parser.add_argument("service", help="whose database: auth, tickets, orders or payments")
    parser.add_argument("--from", dest="uri", required=True, help="mongodb://host/database")
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    logging.basicConfig(level="ERROR")
    name = arguments.service
    try:
        importer = _importer(name)
        app = service_app(name, arguments.data)
        report = asyncio.run(_import(importer, app, arguments.uri))
    except (CommandError, ValueError) as error:
        return fail(str(error))
    except (CustomError, TimeoutError):
        return fail(f"one of both databases of {name} does not answer")
    print(f"{name}: {report}")
    return 1 if report.left_out else 0


def _importer(name: str) -> Importer:
    require_service(name)
    if find_spec(f"ticketing_{name}.importer") is None:
        raise CommandError(f"the base system has no database for {name}")
    importer: Importer = import_module(f"ticketing_{name}.importer").import_base
    return importer


async def _import(importer: Importer, app: FastAPI, uri: str) -> Report:
    source = Source.connect(uri)
    report = Report(lambda line: print(line, file=sys.stderr))
    try:
        await until_prepared(app)
        await importer(source, app.state.stores, report)
    finally:
        await source.close()
    return report
