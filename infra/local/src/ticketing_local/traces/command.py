"""`ticketing trace ORDER`: what became of one purchase, through all services, as a tree."""

import argparse
import os
from pathlib import Path
from typing import Any

from ticketing_local.traces.otlp import traces_of
from ticketing_local.traces.tree import tree


def register(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the command `trace`."""
    parser = subparsers.add_parser(
        "trace",
        help="show an order's trace, where `make run OBSERVE=1` keeps them",
        description="Show the traces in which an order was made, paid and completed.",
    )
    parser.add_argument("order", help="the order's id")
    data = os.environ.get("DATA", "").strip() or ".local"
    parser.add_argument("--data", default=data, help="the folder of all data (DATA)")
    parser.set_defaults(run=show)


def show(args: argparse.Namespace) -> int:
    """The result is the exit code: 1 where there is none."""
    folder = Path(args.data).expanduser().absolute() / "traces"
    found = traces_of(args.order, folder)
    if not found:
        print(f"There is no trace of order {args.order} in {folder}: is it kept, with OBSERVE=1?")
        return 1
    for spans in found:
        print("\n".join(tree(spans)))
    return 0
