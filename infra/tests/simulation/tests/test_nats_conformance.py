"""The model of JetStream answers as a NATS server does: the same script runs on both."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nats.js.errors import APIError, NoStreamResponseError

from infra.tests.simulation.tests.nats_script import (
    DURABLES,
    MODEL,
    Session,
    Step,
    on,
    on_both,
    simulated,
)
from ticketing_common.testing import servers

SIZE = 37  # bytes that a message takes of the stream

subjects = st.sampled_from(["a", "b", "c"])  # of the last one there is no stream
ids = st.sampled_from([None, "one", "two"])
durables = st.sampled_from(list(DURABLES))
numbers = st.integers(1, 8)
steps = st.one_of(
    st.tuples(st.just("publish"), subjects, ids),
    st.tuples(st.just("publish"), subjects, ids),
    st.tuples(st.just("pull"), durables, st.integers(1, 3)),
    st.tuples(st.just("answer"), durables, st.sampled_from([b"+ACK", b"-NAK", b"+WPI"])),
    st.tuples(st.just("create"), durables),
    st.tuples(st.just("create from"), durables, numbers),
    st.tuples(st.just("delete"), durables),
    st.tuples(st.just("remove"), numbers),
    st.tuples(st.just("get"), numbers),
    st.tuples(st.just("last of"), subjects),
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(script=st.lists(steps, max_size=14))
def test_any_script_is_answered_alike(nats_server: str, script: list[Step]) -> None:
    """What is stored, known, delivered, pending and done with, after each step."""

    async def run(session: Session) -> None:
        await session.make_stream()
        for durable in DURABLES:
            await session.create(durable)
        for step in script:
            try:
                session.tell(await session.do(step))
            except APIError as error:
                session.tell((error.code, error.err_code))
            except NoStreamResponseError:
                session.tell("no stream")
            await session.look()

    # Given a stream and two consumers on both, when the same is asked
    model, server = on_both(nats_server, run)

    # Then both say the same
    for number, (ours, theirs) in enumerate(zip(model, server, strict=True)):
        assert ours == theirs, (script[number // 2], script)


def test_what_is_not_acknowledged_comes_again(nats_server: str) -> None:
    """After the time for it, or when it was refused, and after the delay that was asked for."""

    async def run(session: Session) -> None:
        await session.make_stream()
        await session.create("some", wait=0.3)
        for _ in range(3):
            await session.publish("a")
        session.tell(await session.pull("some", 2))
        await session.answer("some", b"+ACK")
        session.tell(sorted(await session.pull("some", 2, wait=2)))  # the second again, the third
        session.in_hand["some"] = session.in_hand["some"][1:]
        await session.answer("some", b'-NAK {"delay": 100000000}')
        await session.answer("some", b"+ACK")
        await session.look()
        session.tell(await session.pull("some", 1, wait=2))

    # Given two messages in hand, when one is not acknowledged, and then put off
    model, server = on_both(nats_server, run)

    # Then it comes again as often, and all else is as it was
    assert model == server


def test_a_stream_at_its_limit_discards_alike(nats_server: str) -> None:
    """Its oldest messages: heard, in hand, and unheard ones."""

    async def run(session: Session) -> None:
        await session.make_stream(max_bytes=4 * SIZE)
        await session.create("some")
        for _ in range(3):
            await session.publish("a")
        session.tell(await session.pull("some", 2))
        await session.answer("some", b"+ACK")
        for _ in range(4):
            session.tell(await session.publish("a"))
            await session.look()
        session.tell(await session.pull("some", 2))
        await session.answer("some", b"+ACK")  # of one that is gone
        await session.look()

    # Given a consumer that has one message in hand, when that and the next are discarded
    model, server = on_both(nats_server, run)

    # Then both say so alike
    for ours, theirs in zip(model, server, strict=True):
        assert ours == theirs


def test_a_stream_restored_from_a_copy_is_as_it_was(tmp_path: Path) -> None:
    """Consumers are as far as they were then, and ids that are gone are stored anew."""

    async def before(session: Session) -> None:
        await session.make_stream()
        for durable in DURABLES:
            await session.create(durable)
        for id in ("one", "two", "three"):
            await session.publish("a", id)
        await session.pull("some", 2)
        for _ in range(2):
            await session.answer("some", b"+ACK")
        await session.look()

    async def lost(session: Session) -> None:
        session.tell(await session.publish("a", "four"))
        session.tell(await session.pull("some", 2))
        for _ in range(2):
            await session.answer("some", b"+ACK")
        await session.look()

    async def after(session: Session) -> None:
        await session.look()
        for id in ("three", "four"):
            session.tell(await session.publish("a", id))
        session.tell(await session.pull("some", 3))
        await session.look()

    # Given a copy of a stream and its consumers, when it takes the place of what came later
    with simulated() as (loop, jetstream):
        model = loop.run_until_complete(on(MODEL, before))
        kept = jetstream.copy()
        model += loop.run_until_complete(on(MODEL, lost))
        jetstream.restore(kept)
        model += loop.run_until_complete(on(MODEL, after))
    folder, copy = tmp_path / "nats", tmp_path / "copy"
    folder.mkdir()
    server: list[Any] = []
    for script in (before, lost, after):
        if script is after:
            shutil.rmtree(folder)
            shutil.copytree(copy, folder)
        with servers.nats_server(folder) as url:
            server += asyncio.run(on(url, script, expected=model[len(server) :]))
        if script is before:
            shutil.copytree(folder, copy)

    # Then both are as they were
    for ours, theirs in zip(model, server, strict=True):
        assert ours == theirs
