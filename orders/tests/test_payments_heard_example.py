"""The example in the docstring of `payments_heard`, line by line."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from ticketing_common.events.gaps import Missing
from ticketing_common.events.stream import BrokerUnavailableError
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_orders import payments_heard
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.models.order import Order
from ticketing_orders.payments_heard import PaymentsHeard

BEGAN = datetime(2030, 1, 1, tzinfo=UTC)
ANSWERED = re.compile(r"^ +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)", re.M)
UNANSWERED = re.compile(r"^ +(\d+) +no answer +(\d+) +(\d+)", re.M)


class FakeStream:
    """Says what it is told to say; with nothing to say it does not answer."""

    name = "ticketing"

    def __init__(self) -> None:
        self.jetstream = self
        self.said: tuple[int, int, int] | None = (40, 40, 0)

    async def info(self) -> Any:
        if self.said is None:
            raise BrokerUnavailableError
        return SimpleNamespace(created=BEGAN, state=SimpleNamespace(last_seq=self.said[0]))

    async def consumer_info(self, _: str, __: str) -> Any:
        assert self.said
        acknowledged, pending = self.said[1:]
        floor = SimpleNamespace(stream_seq=acknowledged)
        return SimpleNamespace(num_pending=pending, num_ack_pending=0, ack_floor=floor)


def lines() -> Iterator[tuple[int, tuple[int, int, int] | None, int, int]]:
    """When it is asked, what NATS says, and up to where `since` and `until` know all payments."""
    text = payments_heard.__doc__ or ""
    for found in UNANSWERED.finditer(text):
        yield int(found[1]), None, int(found[2]), int(found[3])
    for found in ANSWERED.finditer(text):
        at, end, acknowledged, pending, since, until = [int(number) for number in found.groups()]
        yield at, (end, acknowledged, pending), since, until


async def test_the_example(orders: Store[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known, and until when, is what the docstring says."""
    clock, stream = [0], FakeStream()
    monkeypatch.setattr(payments_heard, "now", lambda: moment(clock[0]))
    listener, missing = PaymentCreatedListener(orders), Missing(awaited=frozenset())
    heard = PaymentsHeard(stream, listener, Timing.of(60), missing)  # type: ignore[arg-type]
    for at in range(0, 89, 4):
        clock[0] = at
        assert await heard.until() == (moment(at) if at >= 16 else payments_heard.NEVER)

    example = list(lines())

    assert [at for at, *_ in example] == [120, 130, 134, 138, 142, 146]
    for at, stream.said, since, until in example:
        clock[0] = at
        if stream.said:
            assert await heard.until() == moment(until), at
            assert not await heard.since(moment(since + 1)), at
        else:
            with pytest.raises(BrokerUnavailableError):
                await heard.until()
        assert await heard.since(moment(since)), at


def moment(second: int) -> datetime:
    return BEGAN + timedelta(seconds=second)
