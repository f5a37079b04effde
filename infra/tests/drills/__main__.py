"""The command line of the drills: each alert's fault on the real stack, under a real Prometheus."""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from infra.tests.drills.load import load
from infra.tests.drills.watch import watching
from ticketing_local.harness import running_stack

WINDOW = 60  # seconds an order holds its ticket: the shortest with all durations in full


def main() -> int:
    asked = _parser().parse_args()
    # As Ctrl-C does, so that whatever was started is ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not shutil.which("prometheus"):
        print("The drills need prometheus (on Debian, apt install prometheus).", file=sys.stderr)
        return 2
    started = time.monotonic()

    def say(sentence: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {sentence}", file=sys.stderr, flush=True)

    with (
        tempfile.TemporaryDirectory(prefix="drills-", ignore_cleanup_errors=True) as folder,
        running_stack(
            Path(folder) / "data", OBSERVE="1", EXPIRATION_WINDOW_SECONDS=str(WINDOW)
        ) as stack,
        watching(stack, say) as watch,
        load(stack) as purchases,
    ):
        say(f"runs on {stack.url}, with Prometheus on {stack.url_of('prometheus')}")
        deadline = time.monotonic() + asked.quiet
        while time.monotonic() < deadline:
            time.sleep(max(0.0, min(300.0, deadline - time.monotonic())))
            say(f"purchases: {dict(purchases)}")
    return 1 if watch.firings else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="drills", description=__doc__)
    parser.add_argument("--quiet", type=float, metavar="SECONDS", help="the load alone for so long")
    return parser


if __name__ == "__main__":
    sys.exit(main())
