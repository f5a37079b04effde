"""The `ticketing` command. Packages add its subcommands by the entry-point group
"ticketing.commands", each a `register(subparsers)` that sets `run` on its parser."""

import argparse
import sys
from importlib.metadata import entry_points


def main() -> None:
    parser = argparse.ArgumentParser(prog="ticketing", description="Run and look after Ticketing.")
    subparsers = parser.add_subparsers(required=True, metavar="command")
    commands = {entry.name: entry for entry in entry_points(group="ticketing.commands")}
    # Most import more than `ticketing up` needs: nobody is to wait for commands of another name.
    asked = [name for name in sys.argv[1:2] if name in commands] or sorted(commands)
    for name in asked:
        commands[name].load()(subparsers)
    arguments = parser.parse_args()
    sys.exit(arguments.run(arguments))
