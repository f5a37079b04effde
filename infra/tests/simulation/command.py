"""The command line of the simulator; see the README beside this file."""

import argparse
import os
from collections import Counter
from collections.abc import Iterator

from infra.tests.simulation import determinism
from infra.tests.simulation.plan import SECONDS, Plan
from infra.tests.simulation.report import print_failure, print_outcome
from infra.tests.simulation.running import Outcome, connect_to_simulation, simulate
from infra.tests.simulation.sensitivity.mechanisms import REMOVALS
from infra.tests.simulation.side_by_side import side_by_side

EXPLAINED = 3  # failed worlds of a run
MANY = 10  # worlds, of which some have sales


def main() -> int:
    asked = _asked()
    connect_to_simulation()
    plans = _plans(asked)
    print(f"{len(plans)} worlds, up to seed {plans[-1].seed}", flush=True)
    began = determinism.real_time()
    total: Counter[str] = Counter()
    failed: list[Outcome] = []
    simulated = 0.0
    for outcome in _outcomes(plans, asked.twice):
        total += outcome.counts
        simulated += outcome.simulated
        if not outcome.passed:
            failed.append(outcome)
        print_outcome(outcome, asked.log)
    took = determinism.real_time() - began
    for outcome in failed[:EXPLAINED]:
        print_failure(outcome, asked.shrink)
    seeds = [outcome.plan.seed for outcome in failed]
    print(f"{len(plans) - len(failed)} of {len(plans)} worlds passed; failed seeds: {seeds}")
    print(f"{simulated / 3600:.1f} simulated hours in {took:.0f} s")
    print(", ".join(f"{count} {what}" for what, count in sorted(total.items())))
    # One world may well be so broken that no news gets through; all of them are not.
    if idle := len(plans) >= MANY and not total["orders complete"]:
        print("in none of these worlds anybody has bought anything")
    return 1 if failed or idle else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first world")
    parser.add_argument("--fresh", action="store_true", help="a first seed that nobody chose")
    parser.add_argument("--seeds", type=int, default=1, help="how many worlds, from --seed on")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="that each world lives")
    parser.add_argument("--favoured", default="", help="the fault that there is more of")
    parser.add_argument("--without", default="", choices=[each.place for each in REMOVALS])
    parser.add_argument("--strikes", help="the numbers of those to leave of a schedule, or none")
    parser.add_argument("--chance", type=int, default=0, help="another order of steps")
    parser.add_argument("--shrink", type=float, default=60, help="seconds to spend on a failure")
    parser.add_argument("--twice", action="store_true", help="run each twice and compare")
    parser.add_argument("--log", action="store_true", help="print what services logged")
    return parser.parse_args()


def _plans(asked: argparse.Namespace) -> list[Plan]:
    strikes = None
    if asked.strikes:
        strikes = tuple(int(each) for each in asked.strikes.split(",") if each != "none")
    first = int.from_bytes(determinism.real_entropy(3), "big") if asked.fresh else asked.seed
    return [
        Plan(seed, asked.seconds, asked.favoured, asked.without, strikes, asked.chance)
        for seed in range(first, first + asked.seeds)
    ]


def _outcomes(plans: list[Plan], twice: bool) -> Iterator[Outcome]:
    at_once = os.cpu_count() or 1
    if not twice:
        yield from side_by_side(simulate, plans, at_once)
        return
    for plan in plans:
        first, second = side_by_side(simulate, [plan, plan], at_once)
        if first.fingerprint != second.fingerprint:
            both = f"{first.fingerprint} and {second.fingerprint}"
            first.violations["a seed gives the same world each time"] = [both]
        yield first
