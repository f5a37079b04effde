"""Up to which moment this service has heard of every payment.

After an outage the event of a payment and the end of its order's window arrive together, in any
order. Whoever paid in time shall have the ticket, not a refund: nothing overdue is cancelled before
the payments made until then are known. That includes what is delivered again, which the listener's
consumer has before it, and what was lost or discarded unheard, which is awaited from the payments
service.

An example, in seconds, with `sweep_grace` 16. An order has to be paid by 100, and is, at 95; but
NATS is away from 90 to 130, and the event waits in the outbox of payments. `until` was asked at 88
last.

    asked   the stream   its consumer here        known: all payments until
    at      ends at      acknowledged  pending    `since`   `until`
    -----   ----------   ------------  -------    -------   -------
      120   no answer                                  88        88
      130           40             40        0        130        88   an outbox may still be full
      134           43             40        3        130        88   the payment is number 42
      138           45             43        2        134        88   43 was the end at 134
      142           45             45        0        142        88
      146           45             45        0        146       146   it has answered for 16 s

The order's expiration:complete is heard at 131, 31 s after its time was up: that late it is left to
the sweeper (`ExpirationCompleteListener`). Until 146 the sweeper cancels what had to be paid by
88 - 16 = 72, from then on what had to be by 130; by then the order is complete. Without an outage
expiration:complete comes at 106, `since(100)` says yes at once, and who has not paid loses the
ticket.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from nats.js.errors import NotFoundError

from ticketing_common.events.gaps import Missing
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener

PAYMENTS = "payments"
NEVER = datetime.min.replace(tzinfo=UTC)


class PaymentsHeard:
    """Moves on only while the broker answers, and once it has for a while: what waited in the
    payments service's outbox has to reach the stream first."""

    def __init__(
        self, stream: Stream, listener: PaymentCreatedListener, timing: Timing, missing: Missing
    ) -> None:
        self.stream = stream
        self.listener = listener
        self.missing = missing
        self.settling = timedelta(seconds=timing.sweep_grace)
        self._heard = NEVER
        self._reached = NEVER  # without the time to settle
        self._answers_since: datetime | None = None
        self._stream: tuple[datetime | None, int] | None = None  # when it was made, where it ends
        self._mark: tuple[datetime, int] | None = None  # a moment, and where the stream ended
        # One poll after the other: of two answers the older one may come last, and would be taken
        # for a stream that moved back. Who waited finds the answer there, as a rule.
        self._polling = asyncio.Lock()

    async def until(self) -> datetime:
        """That moment; raise `BrokerUnavailableError` where it can't be found out.

        A payment made before it is known even if an outage had kept it in its outbox.
        """
        async with self._polling:
            return await self._poll()

    async def since(self, moment: datetime) -> bool:
        """Whether all on the stream was heard at that moment or later; raise as `until` does.

        Takes no time to settle: enough for what was not held up by an outage itself.
        """
        async with self._polling:
            if self._reached < moment:
                await self._poll()
            return self._reached >= moment

    async def _poll(self) -> datetime:
        asked = now()
        try:
            info = await self.stream.info()
            consumer = await self.stream.jetstream.consumer_info(
                self.stream.name, self.listener.durable
            )
        except (BrokerUnavailableError, NotFoundError) as error:
            self._answers_since = self._mark = None
            raise BrokerUnavailableError from error
        end, before = info.state.last_seq, self._stream
        self._stream = info.created, end
        another = before and (before[0] != info.created or before[1] > end)
        if another or not self.missing.nothing_of(PAYMENTS):
            self._answers_since = self._mark = None
            self._reached = NEVER
            return self._heard
        self._answers_since = self._answers_since or asked
        acknowledged = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
        if not consumer.num_pending and not consumer.num_ack_pending:
            self._mark = asked, acknowledged
        elif self._mark is None:
            self._mark = asked, end
        moment, needed = self._mark
        if acknowledged >= needed:
            self._reached = moment
            if moment - self._answers_since >= self.settling:
                self._heard = moment
            self._mark = asked, end
        return self._heard
