"""Spans that have ended, and wait to leave in another thread."""

import asyncio
import gc
import weakref
from contextlib import suppress
from contextvars import ContextVar, copy_context
from typing import Any

import pytest

from common.tests.tracing.conftest import Told
from ticketing_common.tracing import spans
from ticketing_common.tracing.context import LONGEST, Span

held: ContextVar[Any] = ContextVar("held")


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("there are no words")


def test_what_waits_is_bounded() -> None:
    """Whoever fails may say what a stranger has sent."""
    long = "x" * 5 * LONGEST
    span = Span("answer", "server", None, lambda _: None, attributes={"first": long})

    with suppress(ValueError), span:
        span.update(None, {"second": long}, False)
        raise ValueError(long)

    (event,) = span.events
    said = [span.reason, *span.attributes.values(), *event.attributes.values()]
    assert span.attributes.keys() == {"first", "second"}
    assert max(len(str(each)) for each in said) == LONGEST


async def test_what_waits_holds_nothing_of_its_request(told: Told) -> None:
    """Whatever else was in its context."""

    async def request() -> weakref.ref[Any]:
        held.set(large := UnspeakableError())
        with spans.span("answer", "server"):
            return weakref.ref(large)

    of_request = await asyncio.create_task(request())
    await asyncio.sleep(0)  # the loop lets go of the task, too
    gc.collect()

    assert of_request() is None
    assert len(told()) == 1


def test_nothing_is_said_after_the_end(told: Told) -> None:
    """What a request has started may go on after it, and the other thread is not in step."""
    with spans.span("answer", "server"):
        after = copy_context()

    after.run(spans.update, name="changed", attributes={"late": 1}, failed=True)
    after.run(spans.add_event, "saved", {"late": 1})

    (answer,) = told()
    assert answer["name"] == "answer"
    assert not answer.get("attributes")
    assert not answer.get("events")
    assert not answer["status"].get("code")


def test_an_error_that_can_not_say_what_it_is(told: Told) -> None:
    """It is told all the same, and raised rather than what comes of asking it."""
    with pytest.raises(UnspeakableError), spans.span("answer", "server"):
        raise UnspeakableError

    (answer,) = told()
    assert answer["status"]["code"] == 2
    assert "UnspeakableError" in answer["status"]["message"]
