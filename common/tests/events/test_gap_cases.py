"""What the stream's first message says of what was heard: the table of `compare`."""

from datetime import UTC, datetime
from typing import Any

import pytest
from nats.js.api import ConsumerInfo

from ticketing_common.events.gaps import compare
from ticketing_common.store.position import StreamPosition

NOTHING, FLOOR = (0, 0, 0), (5, 1, 50)  # pending, out, acknowledged up to
GAPS: dict[str, tuple[int | None, Any, int, str]] = {
    # remembered, consumer, first on the stream: what it is. (It was 90 long, it is 100.)
    "all is there": (90, NOTHING, 1, "heard"),
    "up to what was heard": (90, NOTHING, 91, "heard"),
    "one more": (90, NOTHING, 92, "missed"),
    "behind, and all is there": (40, FLOOR, 41, "heard"),
    "behind, gone before it was heard": (40, FLOOR, 42, "missed"),
    "gone on, so that nobody can tell": (40, NOTHING, 42, "missed"),
    "the consumer is gone": (40, None, 41, "heard"),
    "the consumer is gone, and more": (40, None, 42, "missed"),
    "new, from the beginning": (None, None, 1, "heard"),
    "new, the beginning is gone": (None, None, 2, "unknown"),
    "not remembered, all is there": (None, FLOOR, 1, "heard"),
    "not remembered, the beginning is gone": (None, NOTHING, 2, "unknown"),
}


@pytest.mark.parametrize(("before", "consumer", "first", "verdict"), GAPS.values(), ids=GAPS)
def test_each_case(before: int | None, consumer: Any, first: int, verdict: str) -> None:
    """The stream's first message against what was heard."""
    position = StreamPosition(
        id=StreamPosition.ID,
        created=datetime.now(UTC),
        last_sequence=90,
        heard={} if before is None else {"a": before},
    )

    found = compare(position, {"a": consumer and _info(*consumer)}, first, 100)

    assert found.missed == (["a"] if verdict == "missed" else [])
    assert found.unknown == (["a"] if verdict == "unknown" else [])
    if verdict == "heard":
        assert found.heard["a"] >= max(before or 0, first - 1)
    else:
        assert found.heard["a"] == 100


def _info(pending: int, out: int, floor: int) -> ConsumerInfo:
    info: ConsumerInfo = ConsumerInfo.from_response(
        {
            "name": "a",
            "stream_name": "s",
            "config": {},
            "created": "2026-01-01T00:00:00Z",
            "num_pending": pending,
            "num_ack_pending": out,
            "ack_floor": {"consumer_seq": floor, "stream_seq": floor},
        }
    )
    return info
