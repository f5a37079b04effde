"""`ticketing status`: how everything is, on one screen."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from nats.js.api import ConsumerInfo, DiscardPolicy

from ticketing_common.environment import environment_of
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.rights import RIGHTS
from ticketing_common.events.stream import Stream
from ticketing_common.reports.asking import Question, reports, service
from ticketing_common.reports.report import Part, Report
from ticketing_common.store.outbox import MOST_COUNTED, Outbox
from ticketing_common.types import now

TIMEOUT = 5.0  # seconds for a service's own word
LATE = 15.0  # seconds after which what waits, in an outbox or for a listener, did not just happen
MANY = 3  # calls to Stripe that fail in a row
FAR_BEHIND = 1000  # messages that a consumer has yet to take

OfService = Callable[[FastAPI], Awaitable[Part]]


class StatusQuestion(Question):
    services = ("auth", "tickets", "orders", "payments", "expiration", "client")

    async def of_service(self, name: str, data: str | None, report: Report) -> Part:
        """What one replica says of itself, what its store tells, and its `report.of_service`."""
        part = await _own_word(name, int(environment_of(name, data).get("PORT", 3000)))
        if not reports(name):
            return part
        of_service: OfService = import_module(f"ticketing_{name}.report").of_service
        async with service(name, data) as app:
            found = await of_service(app)
            for document, store in app.state.stores.items():
                if document.publishes:
                    await _outbox(store.outbox, part)
        part.facts |= found.facts
        part.outstanding += found.outstanding
        return part

    async def of_stream(self, stream: Stream, report: Report) -> Part:
        """Its length, its consumers and the dead letters."""
        info = await stream.info()
        state, most = info.state, info.config.max_msgs or 0
        part = Part(facts={"messages": f"{state.messages} in {state.bytes / 2**20:.1f} MiB"})
        if 0 < most <= state.messages and info.config.discard == DiscardPolicy.NEW:
            part.outstanding.append(f"it takes no more than its {most} messages: somebody set that")
        consumers = {each.name: each for each in await stream.jetstream.consumers_info(stream.name)}
        for durable in (durable for rights in RIGHTS for durable in rights.durables):
            if each := consumers.get(durable):
                pending, out = each.num_pending or 0, each.num_ack_pending or 0
                again = each.num_redelivered or 0
                part.facts[durable] = f"{pending} to hear, {out} handed out, {again} of them again"
                part.outstanding += [f"{durable} {what}" for what in _behind(each)]
        letters = await DeadLetters(stream).counts()
        part.facts["dead letters"] = str(sum(letters.values()))
        part.outstanding += [f"{count} dead letters of {who}" for who, count in letters.items()]
        return part


def _behind(consumer: ConsumerInfo) -> Iterator[str]:
    """What is wrong with a consumer, if anything."""
    pending, again = consumer.num_pending or 0, consumer.num_redelivered or 0
    last = consumer.delivered.last_active if consumer.delivered else None
    idle = (now() - (last or consumer.created)).total_seconds()
    if consumer.paused:
        yield "is paused: somebody did that (`nats consumer resume`)"
    elif pending and not consumer.num_ack_pending and idle > LATE:
        yield f"has asked for none of its {pending} messages for {idle:.0f} s"
    elif pending > FAR_BEHIND:
        yield f"has {pending} messages to hear"
    if again:
        yield f"tries {again} messages again"


async def _own_word(name: str, port: int) -> Part:
    """What its `/readyz` says, where it runs on this machine, or in this pod."""
    part = Part(facts={"version": version(f"ticketing-{name}")})
    try:
        said = await asyncio.to_thread(_readyz, port)
    except OSError as error:
        part.facts["ready"] = "no"
        part.outstanding.append(f"it does not answer on port {port}: {error}")
        return part
    wrong = [f"{check} {told}" for check, told in said["checks"].items() if told != "ok"]
    part.facts["ready"] = "; ".join(wrong) or "yes"
    part.outstanding += wrong
    if said.get("awaited"):
        part.outstanding.append(f"{said['awaited']} services have yet to publish their state again")
    if (failing := said.get("stripeFailing") or 0) >= MANY:
        part.outstanding.append(f"the last {failing} calls to Stripe failed")
    return part


def _readyz(port: int) -> dict[str, Any]:
    address = f"http://127.0.0.1:{port}/readyz"
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    try:
        said: dict[str, Any] = json.loads(body)
        return {**said, "checks": dict(said["checks"])}
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(f"no answer of ours: {body[:100]!r}") from error


async def _outbox(outbox: Outbox, part: Part) -> None:
    waiting = await outbox.waiting()
    count = f"{waiting.documents}{' or more' if waiting.documents == MOST_COUNTED else ''}"
    age = 0.0 if waiting.oldest is None else max(time.time() - waiting.oldest, 0.0)
    said = f"{count} documents with news, the oldest {age:.0f} s old"
    part.facts[f"outbox of {outbox.name}"] = said if waiting.documents else "empty"
    if age > LATE:
        part.outstanding.append(f"its relay has to publish {said}")
