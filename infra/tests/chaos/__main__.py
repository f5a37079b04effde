"""The command line of the harness; see the README beside this file."""

import argparse
import asyncio
import sys

from infra.tests.chaos.figures import figures
from infra.tests.chaos.report import print_report
from infra.tests.chaos.running import chaos_run, stopwatch
from infra.tests.chaos.sensitivity.runs import sensitivity
from infra.tests.chaos.stack import StackError


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
    parser.add_argument("--only", help="of the mechanisms of the sensitivity runs")
    asked = parser.parse_args()
    if asked.command == "sensitivity":
        return asyncio.run(sensitivity(asked.only))
    if asked.command == "figures":
        return asyncio.run(figures(stopwatch()))
    failed = []
    for seed in range(asked.seed, asked.seed + asked.seeds):
        print(f"seed {seed}, {asked.seconds:.0f} s of faults", flush=True)
        wipe_stream = asked.wipe_stream or seed % 4 == 0
        try:
            outcome = asyncio.run(chaos_run(seed, asked.seconds, wipe_stream, stopwatch()))
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
