"""`python -m ticketing_local up`."""

import argparse
import sys

from ticketing_local.up import register


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ticketing_local")
    register(parser.add_subparsers(required=True))
    args = parser.parse_args()
    result: int = args.run(args)
    return result


sys.exit(main())
