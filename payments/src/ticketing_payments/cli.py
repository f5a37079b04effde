"""`ticketing payments`: what a person has to look at, and Stripe's books against ours."""

import argparse
import asyncio
import logging
import re
import sys
from collections.abc import Awaitable, Callable

from ticketing_common.environment import add_data_option, environment_of
from ticketing_common.errors import CustomError
from ticketing_common.logs import reason
from ticketing_common.settings import SettingsError
from ticketing_common.store import Database, Store
from ticketing_common.timing import Timing
from ticketing_payments.cases_cli import list_cases, resolve_cases, show_cases
from ticketing_payments.config import CommandSettings
from ticketing_payments.gateway import RefusedError
from ticketing_payments.gateway.books import StripeBooks
from ticketing_payments.models.case import Case
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.reconciliation import Reconciliation, TooManyDifferencesError

Command = Callable[[argparse.Namespace, CommandSettings, Database], Awaitable[int]]

CONNECT_TIMEOUT = 10.0  # seconds
FAILED = 2  # the exit code where nothing is known; 1 says that something is wrong
UNITS = {"h": 3600, "d": 86400}  # seconds


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("payments", help="cases a person has to look at; reconciliation")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, command: Command, help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help)
        add_data_option(added)
        added.set_defaults(run=lambda arguments: run(command, arguments))
        return added

    listed = add("cases", _cases, "list what a person has to look at")
    listed.add_argument("--all", action="store_true", help="the resolved ones, too")
    shown = add("show", _show, "all about some cases")
    shown.add_argument("ids", nargs="+", metavar="CASE")
    resolved = add("resolve", _resolve, "say that a person has seen to them")
    resolved.add_argument("ids", nargs="+", metavar="CASE")
    resolved.add_argument("--note", default="", help="what was done")
    reconciled = add(
        "reconcile",
        _reconcile,
        "compare Stripe's charges, refunds and disputes with the ledger; 1 where they differ",
    )
    reconciled.add_argument("--since", default="7d", type=_span, help="how far back: 36h, 7d")


def run(command: Command, arguments: argparse.Namespace) -> int:
    logging.basicConfig(level="ERROR")
    try:
        environ = environment_of("payments", arguments.data)
        return asyncio.run(_run(command, arguments, CommandSettings.from_environment(environ)))
    except SettingsError as error:
        return _fail(str(error))
    except TimeoutError:
        return _fail("the database of payments does not answer")
    except CustomError as error:
        return _fail(reason(error))
    except RefusedError as error:  # a key without the right to read its books, say
        return _fail(f"Stripe will not show its books: {error}")
    except TooManyDifferencesError:
        return _fail("nearly everything differs: is this Stripe account the one of this ledger?")


async def _run(command: Command, arguments: argparse.Namespace, settings: CommandSettings) -> int:
    database = Database.connect(settings.MONGO_URI)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            await database.prepare([Store(database, each) for each in (Order, Payment, Case)])
        return await command(arguments, settings, database)
    finally:
        await database.close()


async def _cases(arguments: argparse.Namespace, _: CommandSettings, database: Database) -> int:
    return await list_cases(Store(database, Case), arguments.all)


async def _show(arguments: argparse.Namespace, _: CommandSettings, database: Database) -> int:
    return await show_cases(Store(database, Case), arguments.ids)


async def _resolve(arguments: argparse.Namespace, _: CommandSettings, database: Database) -> int:
    cases, orders = Store(database, Case), Store(database, Order)
    return await resolve_cases(cases, orders, arguments.ids, arguments.note)


async def _reconcile(
    arguments: argparse.Namespace, settings: CommandSettings, database: Database
) -> int:
    timing = Timing.of(settings.EXPIRATION_WINDOW_SECONDS)
    books = StripeBooks(settings.STRIPE_KEY, settings.STRIPE_API_BASE)
    reconciliation = Reconciliation.over(database, books, timing)
    try:
        report = await reconciliation.run(arguments.since)
    finally:
        await books.close()
    for each in report.differences:
        print(each.kind, each.charge_id, each.order_id, each.said, sep="\t")
    foreign = f", {report.foreign} of them without an order" if report.foreign else ""
    print(
        f"{report.charges} charges at Stripe{foreign}, {report.rows} in the ledger: "
        f"{len(report.differences)} differences"
    )
    return 1 if report.differences else 0


def _span(text: str) -> int:
    """Seconds; argparse shows the error."""
    match = re.fullmatch(r"([1-9][0-9]{0,3})([hd])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no span of time such as 36h or 7d")
    return int(match[1]) * UNITS[match[2]]


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return FAILED
