"""The command line of the harness; see the README beside this file."""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from infra.tests.chaos.figures import figures
from infra.tests.chaos.report import print_report
from infra.tests.chaos.running import chaos_run, stopwatch
from infra.tests.chaos.sensitivity.runs import sensitivity
from infra.tests.chaos.waiting import StackError
from infra.tests.versions import checked_out


def main() -> int:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument(
        "command", nargs="?", default="run", choices=["run", "sensitivity", "figures"]
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long faults strike")
    parser.add_argument("--seed", type=int, default=1, help="of the faults and the users")
    parser.add_argument("--seeds", type=int, default=1, help="how many runs, from --seed on")
    parser.add_argument(
        "--wipe-stream",
        action="store_true",
        help="NATS loses all data, as with every fourth seed",
    )
    parser.add_argument(
        "--restore",
        action="store_true",
        help="a database comes back from a backup, as with every third seed",
    )
    parser.add_argument(
        "--upgrade-from",
        default=os.environ.get("UPGRADE_FROM", ""),
        help="a git ref: one replica of each service runs that version (UPGRADE_FROM)",
    )
    parser.add_argument("--only", help="of the mechanisms of the sensitivity runs")
    asked = parser.parse_args()
    if asked.command == "sensitivity":
        return asyncio.run(sensitivity(asked.only))
    if asked.command == "figures":
        return asyncio.run(figures(stopwatch()))
    if not asked.upgrade_from:
        return _seeds(asked, older=None)
    with (
        tempfile.TemporaryDirectory(prefix="chaos-from-") as folder,
        checked_out(asked.upgrade_from, Path(folder) / "older") as older,
    ):
        return _seeds(asked, older)


def _seeds(asked: argparse.Namespace, older: str | None) -> int:
    failed = []
    for seed in range(asked.seed, asked.seed + asked.seeds):
        print(f"seed {seed}, {asked.seconds:.0f} s of faults", flush=True)
        wipe_stream = asked.wipe_stream or seed % 4 == 0
        # A backup is of one stream, and of one version.
        restore = (asked.restore or seed % 3 == 0) and not wipe_stream and older is None
        try:
            run = chaos_run(seed, asked.seconds, wipe_stream, stopwatch(), older, restore)
            outcome = asyncio.run(run)
        except StackError as error:
            print(f"the stack could not be run: {error}", flush=True)
            failed.append(seed)
            continue
        print_report(outcome)
        if not outcome.passed:
            failed.append(seed)
    print(f"{asked.seeds - len(failed)} of {asked.seeds} runs passed; failed seeds: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
