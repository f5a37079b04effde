"""`ticketing up`: the whole marketplace with one command."""

import argparse
import os
import sys
from typing import Any

from ticketing_local.options import Options, add_options
from ticketing_local.problems import ProblemError


def register(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the command `up`."""
    parser = subparsers.add_parser(
        "up",
        help="run the whole marketplace on this machine",
        description="Run the whole marketplace on this machine, on its real servers.",
    )
    add_options(parser, os.environ)
    parser.set_defaults(run=up)


def up(args: argparse.Namespace) -> int:
    """Run until told to stop; the result is the exit code."""
    # Only now: other commands of `ticketing` need none of it.
    from ticketing_local.start import start

    try:
        start(Options.of(args), os.environ, sys.stdout)
    except ProblemError as problem:
        return _fail(str(problem))
    except OSError as error:  # a full disk, a file of somebody else's
        where = f" ({error.filename})" if error.filename else ""
        return _fail(f"{error.strerror or error}{where}.")
    except KeyboardInterrupt:  # before there was anything to stop
        return 130
    return 0


def _fail(sentence: str) -> int:
    print(f"ticketing: {sentence}", file=sys.stderr)
    return 1
