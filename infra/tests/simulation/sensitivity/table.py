"""`python -m infra.tests.simulation sensitivity`: worlds without a mechanism, until one notices."""

import argparse
import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from infra.tests.simulation import determinism
from infra.tests.simulation.plan import Plan
from infra.tests.simulation.running import connect_to_simulation, simulate
from infra.tests.simulation.sensitivity.mechanisms import REMOVALS, Removal
from infra.tests.simulation.side_by_side import side_by_side

SECONDS = 20.0  # of each world, before it is healed
SEEDS = 200  # worlds in which a missing mechanism has to be noticed
WIDTH = 110  # characters of an example


@dataclass(frozen=True)
class Work:
    """One world, without the mechanism or, to compare, with it in place."""

    removal: Removal
    plan: Plan

    @property
    def in_place(self) -> bool:
        return not self.plan.without


@dataclass(frozen=True)
class Finding:
    """What one world noticed (nothing is an empty text), and how many seconds it took of a
    processor."""

    work: Work
    noticed_by: str
    example: str
    took: float


@dataclass
class Row:
    """A mechanism, and what is known of its absence so far."""

    removal: Removal
    seed: int  # of the next world
    worlds: int = 0
    took: float = 0.0
    found: Finding | None = None
    in_place: Finding | None = None  # the same world with the mechanism

    @property
    def sought(self) -> bool:
        return self.found is None and self.worlds < SEEDS

    @property
    def as_intended(self) -> bool:
        return bool(self.found and self.in_place and not self.in_place.noticed_by)


class Table:
    """Gives out work as long as there is some, and makes rows of what is found."""

    def __init__(self, removals: Iterable[Removal], seed: int) -> None:
        self.rows = {each: Row(each, seed) for each in removals}
        self._first = seed
        self._to_compare: deque[Work] = deque()

    def __iter__(self) -> Iterator[Work]:
        return self

    def __next__(self) -> Work:
        if self._to_compare:
            return self._to_compare.popleft()
        for row in self.rows.values():
            if row.sought and row.seed < self._first + SEEDS:
                row.seed += 1
                plan = Plan(row.seed - 1, SECONDS, row.removal.favoured, row.removal.place)
                return Work(row.removal, plan)
        raise StopIteration

    def enter(self, finding: Finding) -> Row | None:
        """The row, if it is complete by now."""
        row = self.rows[finding.work.removal]
        if finding.work.in_place:
            row.in_place = finding
            return row
        if not row.sought:
            return None  # a world that had begun before
        row.worlds += 1
        row.took += finding.took
        if finding.noticed_by:
            row.found = finding
            self._to_compare.append(Work(row.removal, replace(finding.work.plan, without="")))
        return row if row.found is None and not row.sought else None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="simulate sensitivity", description=__doc__)
    parser.add_argument("--only", action="append", metavar="KEY", help="these mechanisms")
    parser.add_argument("--seed", type=int, default=1, help="of each mechanism's first world")
    parser.add_argument("--at-once", type=int, default=os.cpu_count(), help="worlds side by side")
    asked = parser.parse_args(arguments)
    connect_to_simulation()
    began = determinism.real_time()
    table = Table([r for r in REMOVALS if asked.only is None or r.key in asked.only], asked.seed)
    for finding in side_by_side(_live, table, asked.at_once or 1):
        if row := table.enter(finding):
            _print(row)
    wrong = sum(not row.as_intended for row in table.rows.values())
    took = determinism.real_time() - began
    print(f"{len(table.rows) - wrong} of {len(table.rows)} are as intended, in {took:.0f} s")
    return 1 if wrong or not table.rows else 0


def _live(work: Work) -> Finding:
    began = determinism.processor_time()
    outcome = simulate(work.plan)
    took = determinism.processor_time() - began
    noticed = {name: found for name, found in outcome.violations.items() if found}
    name, examples = next(iter(noticed.items()), ("", [""]))
    return Finding(work, name, examples[0].strip(), took)


def _print(row: Row) -> None:
    name, worlds = f"without {row.removal.name}", f"{row.worlds} worlds, {row.took:.0f} s"
    if row.found is None:
        print(f"  {name:<60} NOT NOTICED in {worlds}", flush=True)
        return
    print(f"  {name:<60} {worlds:<18} {row.found.noticed_by}", flush=True)
    print(f"      seed {row.found.work.plan.seed}: {row.found.example[:WIDTH]}", flush=True)
    if row.in_place and row.in_place.noticed_by:
        print(f"      IN PLACE, YET {row.in_place.noticed_by}: {row.in_place.example}", flush=True)
