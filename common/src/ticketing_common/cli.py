"""The `ticketing` command. Packages add its subcommands by the entry-point group
"ticketing.commands", each a `register(subparsers)` that sets `run` on its parser."""

import argparse
import sys
from importlib.metadata import entry_points


def main() -> None:
    parser = argparse.ArgumentParser(prog="ticketing", description="Run and look after Ticketing.")
    subparsers = parser.add_subparsers(required=True, metavar="command")
    for command in sorted(entry_points(group="ticketing.commands"), key=lambda entry: entry.name):
        command.load()(subparsers)
    arguments = parser.parse_args()
    sys.exit(arguments.run(arguments))
