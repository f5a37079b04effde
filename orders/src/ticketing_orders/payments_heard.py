"""Up to which moment this service has heard of every payment.

After an outage the news of a payment and the end of its order's window arrive together, in any
order. Whoever paid in time shall have the ticket, not a refund: nothing overdue is cancelled
before the payments told until then are known.
"""

from datetime import UTC, datetime, timedelta

from nats.errors import Error as NatsError

from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener

NEVER = datetime.min.replace(tzinfo=UTC)


class PaymentsHeard:
    """Moves on only while the broker answers, and once it has for a while: what waited in the
    payments service's outbox has to reach the stream first."""

    def __init__(self, stream: Stream, listener: PaymentCreatedListener, timing: Timing) -> None:
        self.stream = stream
        self.listener = listener
        self.settling = timedelta(seconds=timing.sweep_grace)
        self._heard = NEVER
        self._answers_since: datetime | None = None
        self._mark: tuple[datetime, int] | None = None  # a moment, and how long the stream was

    async def until(self) -> datetime:
        """That moment; raise `BrokerUnavailableError` where it can't be found out."""
        asked = now()
        try:
            length = (await self.stream.info()).state.last_seq
            consumer = await self.stream.jetstream.consumer_info(
                self.stream.name, self.listener.durable
            )
        except (BrokerUnavailableError, NatsError, TimeoutError) as error:
            self._answers_since = self._mark = None
            raise BrokerUnavailableError from error
        self._answers_since = self._answers_since or asked
        acknowledged = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
        if not consumer.num_pending and not consumer.num_ack_pending:
            self._mark = asked, acknowledged
        elif self._mark is None:
            self._mark = asked, length
        moment, needed = self._mark
        if acknowledged >= needed:
            if moment - self._answers_since >= self.settling:
                self._heard = moment
            self._mark = asked, length
        return self._heard
