"""What Stripe knows, and a database that came back from a backup does not: it is due at once, and
the recovery loop asks about it, as after a crash."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from ticketing_common.restoring.past import Past
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
# More tries than an order can have seen since: its time is a day at most, its declines are few. To
# a key that it knows, Stripe repeats the answer that it gave.
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
        begin = self.past.known_until or end - LONGEST
        seen: set[str] = set()  # orders of which a later intent has been met
        async for intents in self.books.intents(_span(begin - IN_USE, end)):
            known = await self._known(intent.order_id for intent in intents)
            for intent in intents:
                succeeded = intent.status == IntentStatus.SUCCEEDED
                if intent.order_id in known:
                    newest = intent.order_id not in seen
                    await self.orders.change(intent.order_id, self._with_intent(intent, newest))
                    seen.add(intent.order_id)
                elif intent.order_id and succeeded:
                    order = f"order {intent.order_id}, which nobody has told of"
                    self.past.outcome.left_out.append(f"Stripe's charge for {order}: {intent.id}")
        for read in (self.books.refunded, self.books.disputed):
            async for charges in read(_span(begin, end)):
                for id in await self._known(charge.order_id for charge in charges):
                    await self.orders.change(id, self._due)

    async def _known(self, ids: Iterable[str | None]) -> set[str]:
        return set(await self.orders.find_ids({id for id in ids if id}))

    def _with_intent(self, intent: Intent, newest: bool) -> Decide:
        """Of several of one order the newest is in use, unless another one has charged."""

        def decide(order: Order) -> Order | None:
            payment, succeeded = order.payment, intent.status == IntentStatus.SUCCEEDED
            if payment.status not in UNDECIDED:
                return self._of_decided(order, intent) if succeeded else None
            if not newest and not succeeded:
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

    def _of_decided(self, order: Order, intent: Intent) -> Order | None:
        """Which intent a charge that was told of came of."""
        if order.payment.charge_id != intent.charge_id:
            said = f"a second charge of order {order.id} at Stripe: {intent.id}"
            self.past.outcome.left_out.append(said)
            return None
        if order.payment.intent_id == intent.id:
            return None
        number = order.payment.intent_number + BEYOND  # there may have been others before it
        return order.with_payment(intent_id=intent.id, intent_number=number)

    def _due(self, order: Order) -> Order | None:
        if order.payment.intent_id is None:
            return None  # brought over from the base system: only Stripe's dashboard tells
        return order.next(payment=self.schedule.at(order.payment, now()))


def _span(begin: datetime, end: datetime) -> Span:
    return Span(int(begin.timestamp()), int(end.timestamp()))
