"""What Stripe knows, and a database that came back from a backup does not: it is due at once, and
the recovery loop asks about it, as after a crash."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from ticketing_common.restoring import Past
from ticketing_common.store import Store
from ticketing_common.types import new_id, now
from ticketing_payments.gateway import Intent, IntentStatus
from ticketing_payments.gateway.books import StripeBooks
from ticketing_payments.gateway.span import Span
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.resolver import UNDECIDED
from ticketing_payments.schedule import Schedule

LONGEST = timedelta(days=30)  # as far as the stream goes back
IN_USE = timedelta(days=2)  # longer than an order, and so its intent, may be paid
# Above all numbers that may have been used up since: to a key that it has seen, Stripe repeats the
# answer that it gave.
BEYOND = 1000

Decide = Callable[[Order], Order | None]


class Forgotten:
    def __init__(
        self, books: StripeBooks, orders: Store[Order], schedule: Schedule, past: Past
    ) -> None:
        self.books = books
        self.orders = orders
        self.schedule = schedule
        self.past = past

    async def find(self) -> None:
        """Raises `StripeUnavailableError`."""
        end = now() + timedelta(seconds=1)
        begin = self.past.begun or end - LONGEST
        async for intents in self.books.intents(_span(begin - IN_USE, end)):
            known = await self._known(intent.order_id for intent in intents)
            for intent in intents:
                if intent.order_id in known:
                    await self.orders.change(intent.order_id, self._with_intent(intent))
                elif intent.order_id and intent.status == IntentStatus.SUCCEEDED:
                    order = f"order {intent.order_id}, which nobody has told of"
                    self.past.outcome.left_out.append(
                        f"{intent.id} at Stripe was charged for {order}"
                    )
        for read in (self.books.refunded, self.books.disputed):
            async for charges in read(_span(begin, end)):
                for id in await self._known(charge.order_id for charge in charges):
                    await self.orders.change(id, self._due)

    async def _known(self, ids: Iterable[str | None]) -> set[str]:
        return set(await self.orders.find_ids({id for id in ids if id}))

    def _with_intent(self, intent: Intent) -> Decide:
        """Of several of one order the newest comes first, and only one can have charged."""

        def decide(order: Order) -> Order | None:
            payment, succeeded = order.payment, intent.status == IntentStatus.SUCCEEDED
            if payment.status not in UNDECIDED:  # it was told of, without its intent
                told = payment.intent_id is None and payment.charge_id == intent.charge_id
                return order.with_payment(intent_id=intent.id) if told else None
            if payment.intent_id == intent.id:
                return None if intent.status == IntentStatus.CANCELED else self._due(order)
            if payment.intent_id is not None and not succeeded:
                return None
            free = payment.status == PaymentStatus.NONE
            found = payment.model_copy(
                update={
                    "status": PaymentStatus.CHARGING if free else payment.status,
                    "intent_id": intent.id,
                    "payment_id": payment.payment_id or new_id(),
                    "intent_number": payment.intent_number + BEYOND,
                    "attempt": payment.attempt + BEYOND,
                    "lease_until": None,
                }
            )
            return self._due(order.model_copy(update={"payment": found}))

        return decide

    def _due(self, order: Order) -> Order | None:
        if order.payment.intent_id is None:
            return None  # brought over from the base system: only Stripe's dashboard tells
        return order.next(payment=self.schedule.at(order.payment, now()))


def _span(begin: datetime, end: datetime) -> Span:
    return Span(int(begin.timestamp()), int(end.timestamp()))
