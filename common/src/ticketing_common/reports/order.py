"""`ticketing order ID`: an order's life on one screen."""

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module

from fastapi import FastAPI
from nats.js.api import ConsumerInfo

from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.rights import RIGHTS
from ticketing_common.events.stream import Stream
from ticketing_common.reports.asking import Question, service
from ticketing_common.reports.history import Heard, has_heard, history, listening
from ticketing_common.reports.report import Part, Report, Step
from ticketing_common.store.document import object_id

MOST_LETTERS = 1000  # dead letters that are looked through, one round trip each

OfOrder = Callable[[FastAPI, str, Mapping[str, str]], Awaitable[Part]]


class OrderQuestion(Question):
    """Orders knows its ticket and its buyer, tickets the seller, and auth who they are."""

    services = ("orders", "tickets", "payments", "expiration", "auth")

    def __init__(self, order_id: str) -> None:
        self.order_id = order_id

    async def of_service(self, name: str, data: str | None, report: Report) -> Part:
        """What its `report.of_order` says, and what waits in its outboxes."""
        of_order: OfOrder = import_module(f"ticketing_{name}.report").of_order
        async with service(name, data) as app:
            part = await of_order(app, self.order_id, report.ids)
            for document, store in app.state.stores.items():
                if document.publishes:
                    part.outstanding += await self._in_outbox(store.outbox, part, report)
        return part

    async def _in_outbox(self, outbox, part: Part, report: Report) -> list[str]:  # type: ignore[no-untyped-def]
        ids = {self.order_id, part.ids.get("ticket"), report.ids.get("ticket")}
        keys = [key for id in ids if id and (key := object_id(id))]
        return [
            f"its relay has to publish {message.id or message.subject}"
            for pending in await outbox.pending(len(keys), only=keys)
            for message in (*pending.messages, *pending.unreadable)
        ]

    async def of_stream(self, stream: Stream, report: Report) -> Part:
        """Each message about it, who has heard it, and who has yet to."""
        found = await history(stream, self.order_id, report.ids.get("ticket"))
        consumers = await stream.jetstream.consumers_info(stream.name)
        names = {durable: rights.service for rights in RIGHTS for durable in rights.durables}
        part = Part(facts={"messages": str(len(found.heard))})
        for heard in found.heard:
            waiting = [
                (names.get(each.name, each.name), each)
                for each in listening(consumers, heard.subject)
                if not has_heard(each, heard.sequence)
            ]
            part.steps.append(Step(at=heard.at, what=str(heard)))
            part.outstanding += [_unheard(service, each, heard) for service, each in waiting]
        if not found.whole:
            part.facts["read up to"] = f"number {found.read_to} of {found.last}"
        part.outstanding += await self._dead(stream)
        return part

    async def _dead(self, stream: Stream) -> list[str]:
        letters = DeadLetters(stream)
        if not await letters.count():
            return []
        found, looked = [], 0
        async for letter in letters.list():
            if self.order_id.encode() in letter.data:
                found.append(f"dead letter {letter.number} of {letter.listener}: {letter.reason}")
            looked += 1
            if looked == MOST_LETTERS:
                break
        return found


def _unheard(service: str, consumer: ConsumerInfo, heard: Heard) -> str:
    at_it = consumer.num_ack_pending or 0
    return (
        f"{service} has to hear number {heard.sequence}, {heard.subject}"
        f" ({consumer.num_pending} pending, {at_it} handed out)"
    )
