"""The command line of the benchmark; see the README beside this file."""

import asyncio
import json
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import uvloop

from infra.tests.load.bench import bench, paths_of
from infra.tests.load.plan import Plan, parser
from infra.tests.load.report import THIS, report
from infra.tests.load.results import Results, machine
from infra.tests.load.site import site
from infra.tests.load.yardsticks.boot import yardsticks
from infra.tests.versions import checked_out


def main() -> int:
    plan = Plan.of(parser().parse_args())
    # As Ctrl-C does, so that whatever was started is ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()

    def say(sentence: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {sentence}", file=sys.stderr, flush=True)

    results = Results(machine())
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        sites = []
        if plan.compare:
            sources = opened.enter_context(checked_out(plan.compare, folder / "compared"))
            other = site(plan.compare, folder / "other", sources, plan.replicas)
            sites.append(opened.enter_context(other))
        sites.append(opened.enter_context(site(THIS, folder / THIS, None, plan.replicas)))
        (folder / "yardsticks").mkdir()
        port = sites[-1].ports["tickets-mongo"]
        mongo = f"mongodb://127.0.0.1:{port}/?directConnection=true"
        servers = opened.enter_context(yardsticks(folder / "yardsticks", mongo, sites[-1].nats_url))
        say("booted")
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(bench(plan, sites, servers, results, say))
        finally:
            _keep(results, plan)
    say(f"{plan.out}/bench.md and bench.json written")
    return 0


def _keep(results: Results, plan: Plan) -> None:
    """Print and write what there is, also where the rest could not be measured."""
    text = report(results, paths_of(plan), plan.compare or None)
    print(text)
    plan.out.mkdir(parents=True, exist_ok=True)
    (plan.out / "bench.md").write_text(text)
    (plan.out / "bench.json").write_text(json.dumps(results.as_json(), indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
