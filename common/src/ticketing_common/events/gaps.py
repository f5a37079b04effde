"""What a service should have heard, and the stream discarded before it did.

The stream keeps 30 days or 2 GiB. A consumer whose service was stopped for longer stands before the
message that the stream now begins with, or has gone on from there, and then nothing on the server
says what it skipped. So a service remembers of each of its consumers up to which message it has
surely heard everything, and compares that with where the stream begins:

    remembered          the stream begins    what it means
    ------------------  -------------------  ---------------------------------------------------
    up to 400           at 401 or before     nothing was discarded unheard
    up to 400           at 900               401 to 899 may have been for it: all is to be
                                             published again, which harms nobody
    nothing: it is new  at 1                 it will hear everything
    nothing: it is new  at 900               nothing is known to be missed; to be sure, all is
                                             to be published again, once

A consumer that has nothing before it has heard everything up to the end of the stream, also where
its subject was quiet for long: what is remembered moves on with the stream.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nats.js.api import ConsumerInfo

from ticketing_common.store.position import StreamPosition

TO_BE_SURE = "new-"  # begins a request's id where nothing is known to be missed


@dataclass
class Missing:
    """What this process knows of it, for whoever waits until nothing is missing.

    `awaited` are the services whose events were missed and that have not published their present
    state again yet; None before the first poll. `awaiting` also counts those that a new listener
    only asks to be sure.
    """

    awaited: frozenset[str] | None = None
    awaiting: int | None = None
    times: int | None = None

    def update(self, position: StreamPosition) -> None:
        missed = (name for name, id in position.awaited.items() if not id.startswith(TO_BE_SURE))
        self.awaited, self.awaiting = frozenset(missed), len(position.awaited)
        self.times = position.missed

    def nothing_of(self, service: str) -> bool:
        return self.awaited is not None and service not in self.awaited


@dataclass(frozen=True)
class Comparison:
    """By consumer: up to which message it has surely heard everything; and who missed some."""

    heard: dict[str, int]
    missed: list[str] = field(default_factory=list)  # remembered, and discarded since
    unknown: list[str] = field(default_factory=list)  # new to a stream whose beginning is gone


def compare(
    remembered: StreamPosition,
    consumers: Mapping[str, ConsumerInfo | None],
    first: int,
    last: int,
) -> Comparison:
    """`remembered` was read first, then the consumers (None is gone), and last where the stream
    begins and ends: in another order what is discarded in between would go unnoticed."""
    found = Comparison({})
    discarded = max(first - 1, 0)
    for durable, info in consumers.items():
        before = remembered.heard.get(durable)
        now = max(before or 0, _heard(info, remembered.last_sequence))
        if discarded > (before or 0):
            (found.unknown if before is None else found.missed).append(durable)
            now = last  # what is published again from here on says more than all before
        found.heard[durable] = now
    return found


def _heard(info: ConsumerInfo | None, length: int) -> int:
    """Up to where nothing for this consumer is unheard; the stream had that length before."""
    if info is None:
        return 0
    if not info.num_pending and not info.num_ack_pending:
        return length
    return int(info.ack_floor.stream_seq) if info.ack_floor else 0
