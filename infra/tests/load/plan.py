"""What is to be measured."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from infra.tests.load.path import LEVELS, MAIN

SECTIONS = ("start", "paths", "saga", "asking", "open", "flash", "scale", "soak")
RATES = (5.0, 10.0, 20.0, 40.0, 80.0, 120.0, 160.0, 240.0, 320.0, 480.0)  # sagas a second
SHORT_PATHS = (
    "current user",
    "list of 100 tickets",
    "one ticket",
    "one order",
    "new ticket",
    "update",
    "new order",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """`pace` stretches the seconds each point is measured for."""

    sections: tuple[str, ...]
    rounds: int
    levels: tuple[int, ...]
    pace: float
    saga_seconds: float
    rates: tuple[float, ...]
    buyers: int
    sizes: tuple[int, ...]
    soak_seconds: float
    soak_rate: float
    replicas: int
    only: str
    short: bool
    compare: str
    out: Path

    @classmethod
    def of(cls, asked: argparse.Namespace) -> Self:
        short = bool(asked.short)
        usual: tuple[str, ...] = SECTIONS[:-1]
        if short:
            usual = ("paths", "saga")
        elif asked.compare:
            usual = ("paths", "saga", "asking", "open")
        if asked.replicas > 1:
            usual = ("saga",)
        return cls(
            sections=tuple(asked.sections or usual),
            rounds=asked.rounds or (1 if short else 3),
            levels=tuple(sorted({MAIN, *(asked.levels or (() if short else LEVELS))})),
            pace=asked.pace or (0.4 if short else 1.0),
            saga_seconds=2.0 if short else 5.0,
            rates=() if short or asked.compare else RATES,
            buyers=asked.buyers,
            sizes=tuple(asked.sizes),
            soak_seconds=asked.soak_seconds,
            soak_rate=asked.soak_rate,
            replicas=asked.replicas,
            only=asked.only,
            short=short,
            compare=asked.compare,
            out=asked.out,
        )

    def has(self, section: str) -> bool:
        return section in self.sections

    def wants(self, path: str) -> bool:
        return self.only in path and (not self.short or path in SHORT_PATHS)


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="bench", description="Measure the marketplace.")
    add = found.add_argument
    add("--short", action="store_true", help="under a minute: for CI")
    add("--sections", nargs="+", choices=SECTIONS, help="all but the soak by default")
    add("--rounds", type=int, help="how often each path is measured, and sagas at once")
    add(
        "--levels",
        type=int,
        nargs="+",
        choices=LEVELS,
        help=f"numbers of connections, beside {MAIN}",
    )
    add("--pace", type=float, help="stretches (or shortens) each measurement")
    add("--only", default="", help="paths whose name has this in it")
    add("--buyers", type=int, default=5_000, help="of a flash sale")
    add("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="of markets")
    add("--soak-seconds", type=float, default=600.0)
    add("--soak-rate", type=float, default=10.0, help="sagas a second")
    add("--replicas", type=int, default=1, help="of each service; only for saga")
    add(
        "--compare",
        default=os.environ.get("COMPARE", ""),
        help="a git ref to be measured in turns with this version (COMPARE)",
    )
    add("--out", type=Path, default=Path("output/bench"), help="folder of bench.json and .md")
    return found
