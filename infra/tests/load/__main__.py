"""The command line of the benchmark; see the README beside this file."""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import uvloop

from infra.tests.load import tables
from infra.tests.load.pages import page_paths
from infra.tests.load.paths import api_paths
from infra.tests.load.rounds import Rounds
from infra.tests.load.site import site
from infra.tests.load.yardsticks.boot import yardsticks


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--levels", type=int, nargs="+", default=[1, 32, 256])
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path, default=Path("output/bench"))
    asked = parser.parse_args()
    started = time.monotonic()

    def say(sentence: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {sentence}", file=sys.stderr, flush=True)

    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        this = opened.enter_context(site("this", folder / "this", None))
        (folder / "yardsticks").mkdir()
        mongo = f"mongodb://127.0.0.1:{this.ports['tickets-mongo']}/?directConnection=true"
        servers = opened.enter_context(yardsticks(folder / "yardsticks", mongo, this.nats_url))
        say("booted")
        paths = [p for p in (*api_paths(), *page_paths()) if asked.only in p.name]
        rounds = Rounds([this], servers, paths, say, asked.pace, tuple(asked.levels))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            samples = runner.run(rounds.run(asked.rounds))
        figures = tables.Figures(samples)
        print(tables.yardsticks_table(figures))
        print(tables.paths_table(figures, "this", paths))
        print(tables.speed_table(figures, "yardstick", figures.names("yardstick")))
        print(tables.speed_table(figures, "this", figures.names("this")))
        print(tables.unexpected(samples))
    return 0


if __name__ == "__main__":
    sys.exit(main())
