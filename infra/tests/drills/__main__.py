"""The command line of the drills: each alert's fault on the real stack, under a real Prometheus."""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from infra.tests.alerts import alerts
from infra.tests.drills.catalogue import chosen
from infra.tests.drills.load import load
from infra.tests.drills.played import played_to
from infra.tests.drills.running import Results, Running
from infra.tests.drills.site import Site
from infra.tests.drills.table import remarks, table
from infra.tests.drills.watch import Say, Watch, watching
from infra.tests.integration.visitor import Visitor
from ticketing_local.binaries import PROMETHEUS, find
from ticketing_local.harness import Stack, running_stack
from ticketing_local.problems import ProblemError

WINDOW = 60  # seconds an order holds its ticket: the shortest with all durations in full
QUIET = 150.0  # seconds of load alone before the first fault, longer than most alerts' `for`
QUIET_BEFORE_ONE = 20.0  # where only some drills are asked for
TELL = 300.0  # seconds from one word on the load to the next


def main() -> int:
    asked = _parser().parse_args()
    # As Ctrl-C does, so that whatever was started is ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        find(PROMETHEUS, os.environ)
    except ProblemError as problem:  # the stack would do without it
        print(f"{problem} Here it is needed (on Debian, apt install prometheus).", file=sys.stderr)
        return 2
    began = time.monotonic()

    def say(sentence: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {sentence}", file=sys.stderr, flush=True)

    with (
        tempfile.TemporaryDirectory(prefix="drills-", ignore_cleanup_errors=True) as folder,
        running_stack(
            Path(folder) / "data", OBSERVE="1", EXPIRATION_WINDOW_SECONDS=str(WINDOW)
        ) as stack,
        watching(stack, say) as watch,
        load(stack) as purchases,
    ):
        say(f"runs on {stack.url}, with Prometheus on {stack.url_of('prometheus')}")
        if asked.quiet is not None:
            _quiet(asked.quiet, purchases, say)
            early = _fired(watch)
            print(f"fired: {', '.join(early) or 'nothing'}; purchases: {dict(purchases)}")
            return 1 if early else 0
        results = Results()
        try:
            _drills(asked.only, stack, watch, purchases, results, say)
        finally:  # an hour's rows are worth something without the last ones, too
            print(table(results.rows), *remarks(results), sep="\n", flush=True)
    return 1 if results.failed else 0


def _drills(
    only: list[str],
    stack: Stack,
    watch: Watch,
    purchases: Counter[str],
    results: Results,
    say: Say,
) -> None:
    with played_to(stack) as cluster:
        site = Site(stack, Visitor.sign_up(stack), Visitor.sign_up(stack), cluster)
        running = Running(site, watch, results, say)
        _quiet(QUIET_BEFORE_ONE if only else QUIET, purchases, say)
        results.early = _fired(watch)
        for drill in chosen(only):
            running.drill(drill)
            say(f"purchases: {dict(purchases)}")
        running.finish()


def _quiet(seconds: float, purchases: Counter[str], say: Say) -> None:
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(TELL, left))
        say(f"quiet, with purchases: {dict(purchases)}")


def _fired(watch: Watch) -> list[str]:
    return sorted({each.alert for each in watch.firings})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="drills", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=list(alerts()),
        metavar="NAME",
        help="the drills of this alert only; may be given again",
    )
    parser.add_argument(
        "--quiet",
        type=float,
        metavar="SECONDS",
        help="the load alone for so long, in which nothing may fire",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
