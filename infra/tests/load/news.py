"""`python -m infra.tests.load.news`: is news heard at once beside a replay, and is no alarm false?

Sagas run all the time, at so many a second, on two replicas of each service. First every replica is
frozen now and then, as one whose event loop is busy: the watch over the stream must not take that
for anything. Then the orders service's consumers are deleted, which makes it hear 20,000 old
messages again: how long does a new one take meanwhile? Exits with 1 where either is not as it
should be, and prints what a purchase takes on the stream.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from infra.tests.load.saga_runs import SagaRun, a_second
from infra.tests.load.site import STREAM, Site, services_of, site
from ticketing_common.events.catalogue import TicketCreated
from ticketing_common.events.message import Message
from ticketing_common.types import new_id

LIMIT = 1000.0  # milliseconds: p99 of a new event's lag while history is heard again
LONGEST_FREEZE = 0.4  # seconds
AT_ONCE = 256  # old messages published at a time
CONSUMERS = [
    f"orders-service_{name}"
    for name in ("ticket-created", "ticket-updated", "expiration-complete", "payment-created")
]


async def measure(site: Site, old: int, rate: float, seconds: float, replay: float) -> bool:
    jetstream = await site.jetstream()
    before = (await jetstream.stream_info(STREAM)).state
    freezing = asyncio.create_task(_freeze(site))
    try:
        run = await a_second(site, rate, seconds)
    finally:
        freezing.cancel()
        with suppress(asyncio.CancelledError):
            await freezing
    after = (await jetstream.stream_info(STREAM)).state
    size = (after.bytes - before.bytes) / max(run.done, 1)
    alarms = _alarms(site)
    _print(f"{seconds:.0f} s of freezes", run)
    print(f"  alarms: {alarms or 'none'}; a purchase takes {size:.0f} bytes on the stream")

    await _publish(jetstream, old)
    await site.quiet()
    replaying = asyncio.create_task(_replay(jetstream))
    run_beside = await a_second(site, rate, replay)
    took = await replaying
    _print(f"{old} old messages heard again, in {took:.1f} s", run_beside)
    slowest = max(p99 for _, p99 in run_beside.lags.values())
    return not alarms and not run.failed and not run_beside.failed and slowest < LIMIT


async def _freeze(site: Site) -> None:
    """One replica after another stands still for a moment, as often as not in mid-sentence."""
    choice = random.Random(1)
    names = [name for name in services_of(site.pids) if not name.startswith("client")]
    while True:
        pid = site.pids[choice.choice(names)][0]
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(choice.uniform(0, LONGEST_FREEZE))
        finally:
            os.kill(pid, signal.SIGCONT)
        await asyncio.sleep(choice.uniform(0, LONGEST_FREEZE))


def _alarms(site: Site) -> dict[str, Any]:
    """What the services' watches have noticed and asked for, which should be nothing."""
    found = {}
    for service in ("tickets", "orders", "payments"):
        position = site.mongo[service]["streamPositions"].find_one() or {}
        asked = site.mongo[service]["resyncs"].find_one() or {}
        seen = [position.get("missed"), position.get("awaited"), asked.get("told")]
        if any(seen):
            found[service] = seen
    return found


async def _publish(jetstream: Any, count: int) -> None:
    events = [
        TicketCreated(id=new_id(), version=0, title="Long ago", price=20, user_id=new_id())
        for _ in range(count)
    ]
    for start in range(0, count, AT_ONCE):
        messages = map(Message.of, events[start : start + AT_ONCE])
        await asyncio.gather(*(jetstream.publish(each.subject, each.data) for each in messages))


async def _replay(jetstream: Any) -> float:
    """Have all of it heard again; the seconds it took."""
    await asyncio.sleep(1.0)  # sagas are under way by then
    began = time.monotonic()
    for name in CONSUMERS:
        await jetstream.delete_consumer(STREAM, name)
    while await _pending(jetstream):
        await asyncio.sleep(0.1)
    return time.monotonic() - began


async def _pending(jetstream: Any) -> bool:
    infos = {each.name: each for each in await jetstream.consumers_info(STREAM)}
    return any(name not in infos or infos[name].num_pending > AT_ONCE for name in CONSUMERS)


def _print(what: str, run: SagaRun) -> None:
    print(f"{what}: {run.done} sagas, {run.failed} failed, p50 {run.p50:.0f} p99 {run.p99:.0f} ms")
    for name, (p50, p99) in run.lags.items():
        print(f"  {name:<36} p50 {p50:7.1f}  p99 {p99:7.1f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(prog="news", description=__doc__)
    parser.add_argument("--old", type=int, default=20_000, help="messages heard again")
    parser.add_argument("--rate", type=float, default=5.0, help="sagas a second")
    parser.add_argument("--seconds", type=float, default=600.0, help="of freezes")
    parser.add_argument("--replay-seconds", type=float, default=30.0, help="measured beside it")
    parser.add_argument("--replicas", type=int, default=2, help="of each service")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory(prefix="news-") as folder,
        site("news", Path(folder) / "site", None, asked.replicas) as running,
    ):
        right = asyncio.run(
            measure(running, asked.old, asked.rate, asked.seconds, asked.replay_seconds)
        )
    print("as it should be" if right else "NOT as it should be")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
