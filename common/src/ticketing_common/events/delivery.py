"""What becomes of one delivered message: acknowledged, retried or kept as a dead letter."""

import asyncio
import logging
import traceback
from contextlib import AbstractContextManager

from nats.aio.msg import Msg
from pydantic import ValidationError

from ticketing_common.errors import ServiceUnavailableError, VersionConflictError
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.event import Event
from ticketing_common.events.jetstream import BrokerUnavailableError, answering
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.message import MAX_SIZE
from ticketing_common.logs import reason
from ticketing_common.request_ids import HEADER, id_of_message, request_id
from ticketing_common.store.retry import retrying
from ticketing_common.tracing import spans
from ticketing_common.tracing.context import Attributes

logger = logging.getLogger(__name__)

ACK_WAIT = 10.0  # seconds until JetStream delivers an unacknowledged message again
HANDLING_TIMEOUT = 8.0  # seconds a handler may take: less than ACK_WAIT
MAX_FAILURES = 5  # of the handler on one message, for a reason of its own
MOST_COUNTED = 10_000  # messages whose failures a consumer remembers

OUTAGES = (ServiceUnavailableError, VersionConflictError, TimeoutError)  # they pass


class UnreadableError(Exception):
    """The message can't be parsed, now or ever."""


class Failures:
    """How often one consumer's handler failed on each message for a reason of its own.

    JetStream counts deliveries, those during an outage too. Kept in memory: another replica, or
    this one after a restart, begins anew.
    """

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}  # by the message's number in the stream, oldest first

    def add(self, number: int) -> int:
        """Count one more, and return how many that makes."""
        count = self._counts[number] = self._counts.pop(number, 0) + 1
        if len(self._counts) > MOST_COUNTED:
            del self._counts[next(iter(self._counts))]
        return count

    def forget(self, number: int) -> None:
        self._counts.pop(number, None)

    def __bool__(self) -> bool:
        """Whether any message is remembered."""
        return bool(self._counts)


async def deliver(
    listener: AnyListener, message: Msg, dead_letters: DeadLetters, failures: Failures
) -> None:
    """Handle one message; never raises.

    An outage (store or broker does not answer, or too slowly) is retried for ever, with growing
    pauses up to 30 s. What can't be parsed becomes a dead letter at once; what the handler fails
    on otherwise, when it does so for the fifth time.
    """
    token = request_id.set(id_of_message((message.headers or {}).get(HEADER)))
    try:
        with _span(listener, message):
            await _handle_or_keep(listener, message, dead_letters, failures)
        await message.ack()
    except Exception as error:  # noqa: BLE001 - whatever a handler raises must not stop the others
        await _retry(listener, message, error)
    finally:
        request_id.reset(token)


async def deliver_early(listener: AnyListener, message: Msg) -> None:
    """Handle a message that will be delivered in its turn, too; never raises.

    Only an outage is worth another try before that.
    """
    token = request_id.set(id_of_message((message.headers or {}).get(HEADER)))
    try:
        try:
            with _span(listener, message, early=True):
                await _handle(listener, message)
        except OUTAGES:
            raise
        except Exception as error:  # noqa: BLE001 - it fails again, where failures are counted
            logger.info("left for later", extra={"reason": reason(error)})
        await message.ack()
    except Exception as error:  # noqa: BLE001 - an outage, or a connection that was lost
        await _retry(listener, message, error)
    finally:
        request_id.reset(token)


async def _handle(listener: AnyListener, message: Msg) -> None:
    event = _parse(listener, message)
    async with asyncio.timeout(HANDLING_TIMEOUT):
        await retrying(lambda: listener.on_message(event))


async def _handle_or_keep(
    listener: AnyListener, message: Msg, dead_letters: DeadLetters, failures: Failures
) -> None:
    try:
        await _handle(listener, message)
    except OUTAGES:
        raise
    except Exception as error:
        readable = not isinstance(error, UnreadableError)
        if readable and failures.add(_number(message)) < MAX_FAILURES:
            raise
        await dead_letters.keep(message, listener, str(error), traceback.format_exc())
        spans.update(failed=True)
        logger.exception("dead letter", extra={"listener": listener.durable})
    if failures:
        failures.forget(_number(message))


async def _retry(listener: AnyListener, message: Msg, error: Exception) -> None:
    deliveries = message.metadata.num_delivered or 1
    delay = min(0.25 * 2 ** min(deliveries, 10), 30.0)
    logger.warning(
        "will be delivered again",
        exc_info=None if isinstance(error, OUTAGES) else error,
        extra={
            "listener": listener.durable,
            "deliveries": deliveries,
            "delay": delay,
            "reason": reason(error),
        },
    )
    try:
        with answering():
            await message.nak(delay=delay)
    except BrokerUnavailableError as lost:  # then the server does so by itself, after ACK_WAIT
        logger.warning("could not be refused", extra={"reason": reason(lost)})


def _span(
    listener: AnyListener, message: Msg, *, early: bool = False
) -> AbstractContextManager[object]:
    """In the trace of whoever's request led to the message, under the span that saved it."""
    headers = message.headers or {}

    def attributes() -> Attributes:
        return {
            "messaging.system": "nats",
            "messaging.operation.name": "process early" if early else "process",
            "messaging.destination.name": listener.event.subject,
            "messaging.consumer.group.name": listener.durable,
            "messaging.message.id": headers.get("Nats-Msg-Id", ""),
            "ticketing.deliveries": message.metadata.num_delivered or 1,
        }

    name, parent = f"process {listener.event.subject}", headers.get(spans.HEADER)
    return spans.span(name, "consumer", parent=parent, attributes=attributes)


def _number(message: Msg) -> int:
    return int(message.metadata.sequence.stream)


def _parse(listener: AnyListener, message: Msg) -> Event:
    if len(message.data) > MAX_SIZE:
        raise UnreadableError(f"{len(message.data)} bytes are too many")
    try:
        return listener.event.model_validate_json(message.data)
    except ValidationError as error:
        raise UnreadableError(str(error)) from error
