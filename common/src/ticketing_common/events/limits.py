"""The streams' subjects and limits: what is there, and what this version wants at least.

Nothing is ever lowered: an older replica that starts beside a newer one would stop its subjects
from being heard, or delete what no longer fits.
"""

from typing import Any

from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from ticketing_common.events.catalogue import Subjects

DAY = 24 * 3600.0
MEBIBYTE = 2**20


def streams(name: str, dead_letters: str, replicas: int) -> tuple[StreamConfig, StreamConfig]:
    """The marketplace's stream, and the one that keeps what no listener could digest."""
    common: dict[str, Any] = {
        "duplicate_window": 120,
        "retention": RetentionPolicy.LIMITS,
        "discard": DiscardPolicy.OLD,
        "storage": StorageType.FILE,
        "num_replicas": replicas,
    }
    return (
        StreamConfig(
            name=name,
            subjects=[str(subject) for subject in Subjects],
            max_age=30 * DAY,
            max_bytes=2048 * MEBIBYTE,
            **common,
        ),
        StreamConfig(
            name=dead_letters,
            subjects=[f"{dead_letters}.*"],
            max_age=90 * DAY,
            max_bytes=256 * MEBIBYTE,
            **common,
        ),
    )


async def ensure(jetstream: JetStreamContext, wanted: StreamConfig, keeps: bool) -> None:
    """Create the stream, or raise what is set lower, where this user `keeps` streams.

    Raises `NotFoundError` where it is missing and this user does not.
    """
    try:
        there = (await jetstream.stream_info(str(wanted.name))).config
    except NotFoundError:
        if not keeps:
            raise
        await jetstream.add_stream(wanted)
        return
    higher = raised(there, wanted)
    if keeps and higher != there:
        await jetstream.update_stream(higher)


def raised(there: StreamConfig, ours: StreamConfig) -> StreamConfig:
    """What is there, with our subjects too, and no limit lower than ours."""
    subjects = there.subjects or []
    return there.evolve(
        subjects=[*subjects, *(each for each in ours.subjects or [] if each not in subjects)],
        max_age=_higher(there.max_age, ours.max_age),
        max_bytes=_higher(there.max_bytes, ours.max_bytes),
        duplicate_window=max(there.duplicate_window, ours.duplicate_window),
        num_replicas=max(there.num_replicas or 1, ours.num_replicas or 1),
    )


def _higher(there: float | None, ours: float | None) -> float | None:
    """The higher of two limits; one that is not above zero is none, the highest of all."""
    return max(there, ours) if ours and there and there > 0 else there
