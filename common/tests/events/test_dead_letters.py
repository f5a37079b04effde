"""Messages that no listener can digest, on a real NATS server."""

from common.tests.conftest import Note, Recorder, Until, news
from common.tests.events.consuming import consuming, event, none_pending
from ticketing_common.events.catalogue import TicketUpdated
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.message import MAX_SIZE
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import Stream
from ticketing_common.types import new_id


async def test_a_poison_message_is_kept_and_blocks_nobody(stream: Stream, until: Until) -> None:
    """Defect 1 of the base: what can't be parsed goes to the dead letters, the next is heard."""
    listener, good = Recorder(), event()
    poison = [b"", b"{", b"[]", b'{"id": 7}', b"\xff" * 100, b"x" * (MAX_SIZE + 1)]

    async with consuming(stream, listener):
        for data in poison:
            await stream.publish("ticket:updated", data, {})
        await Publisher(stream).publish(good)
        await until(lambda: listener.heard == [good])
        await until(lambda: none_pending(stream, listener))

    letters = [letter async for letter in DeadLetters(stream).list()]
    assert sorted(letter.data for letter in letters) == sorted(poison)
    assert {letter.listener for letter in letters} == {listener.durable}
    assert all(letter.reason and "UnreadableError" in letter.traceback for letter in letters)


async def test_poison_that_leaves_no_room_for_a_reason(stream: Stream, until: Until) -> None:
    """The server closes the connection for good on what is too long with its headers: a dead letter
    is cut to fit."""
    listener, good = Recorder(), event()
    longest = b"x" * (stream.client.max_payload - 500)

    async with consuming(stream, listener):
        await stream.publish("ticket:updated", longest, {})
        await Publisher(stream).publish(good)
        await until(lambda: listener.heard == [good])
        await until(lambda: none_pending(stream, listener))

    (letter,) = [letter async for letter in DeadLetters(stream).list()]
    assert len(longest) - 64 * 1024 < len(letter.data) < len(longest)
    assert stream.client.is_connected


async def test_a_replayed_dead_letter_is_heard(stream: Stream, until: Until) -> None:
    """Once the bug is mended the message goes through, and is a dead letter no more."""
    letters, listener, data = DeadLetters(stream), Recorder(), news(Note(id=new_id(), slug="s"))
    broken: list[bool] = [True]

    def trouble(_: TicketUpdated, __: int) -> None:
        if broken:
            raise ValueError("a bug")

    listener.trouble = trouble
    async with consuming(stream, listener):
        await Publisher(stream).publish(data)
        await until(lambda: _kept(letters))
        broken.clear()
        await letters.replay(1)
        await until(lambda: listener.heard == [data])
    assert await letters.count() == 0


async def _kept(letters: DeadLetters) -> bool:
    return await letters.count() == 1
