"""`ticketing order` and `ticketing status`."""

import argparse
import asyncio
import logging
import re
import sys

from ticketing_common.environment import add_data_option
from ticketing_common.reports.asking import Question
from ticketing_common.reports.order import OrderQuestion
from ticketing_common.reports.report import STREAM, Report
from ticketing_common.reports.screen import screen
from ticketing_common.reports.status import StatusQuestion

PARTS = (
    "Each service reads its own store only. Where not all of them are, as in a cluster's pods, a"
    " report is made part by part, by infra/ticketing."
)


def register_order(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("order", help="an order's life on one screen", description=PARTS)
    parser.add_argument("id", type=_id, help="the order's")
    _add_options(parser, OrderQuestion.services)
    parser.set_defaults(run=_order)


def register_status(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "status",
        help="how everything is, on one screen",
        description=f"{PARTS} The exit code is 0 only where nothing is outstanding.",
    )
    _add_options(parser, StatusQuestion.services)
    parser.set_defaults(run=_status)


def _add_options(parser: argparse.ArgumentParser, services: tuple[str, ...]) -> None:
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument(
        "--add",
        metavar="PART",
        choices=(*services, STREAM),
        help="read a report from standard input and write it with the part of this service, or of"
        f" the {STREAM}, added",
    )
    parts.add_argument("--show", action="store_true", help="show a report from standard input")
    add_data_option(parser)


def _order(arguments: argparse.Namespace) -> int:
    report = _report(OrderQuestion(arguments.id), f"Order {arguments.id}", arguments)
    return _finish(report, arguments, wrong=report.silent or "order" not in report.ids)


def _status(arguments: argparse.Namespace) -> int:
    report = _report(StatusQuestion(), "Status", arguments)
    return _finish(report, arguments, wrong=report.silent or bool(report.outstanding))


def _report(question: Question, subject: str, arguments: argparse.Namespace) -> Report:
    logging.basicConfig(level="CRITICAL")  # who does not answer is in the report
    said = sys.stdin.read() if arguments.add or arguments.show else ""
    report = Report.model_validate_json(said) if said.strip() else Report(subject=subject)
    if arguments.show:
        question.miss(report)
    else:
        names = [arguments.add] if arguments.add else question.here()
        asyncio.run(question.ask(names, arguments.data, report))
    return report


def _finish(report: Report, arguments: argparse.Namespace, *, wrong: bool) -> int:
    if arguments.add:
        print(report.model_dump_json())
        return 0
    sys.stdout.write(screen(report))
    return int(wrong)


def _id(text: str) -> str:
    """argparse shows the error."""
    if not re.fullmatch("[0-9a-f]{24}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no id of ours")
    return text
