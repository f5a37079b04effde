"""A charge after it was decided: giving it back where it is due, and watching what others do."""

import logging

from ticketing_common.logs import reason
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.cases import Cases
from ticketing_payments.gateway import (
    Intent,
    Refund,
    RefusedError,
    StripeFailedError,
    StripeGateway,
)
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.case import CaseKind
from ticketing_payments.models.order import Order
from ticketing_payments.models.watch import Dispute, Watch
from ticketing_payments.returns import (
    MOST_FAILED,
    Returns,
    Step,
    after,
    step_for,
    watching,
)
from ticketing_payments.schedule import DECIDED, SELDOM, Schedule

logger = logging.getLogger(__name__)

KNOWN_REFUSALS = frozenset({"charge_already_refunded", "charge_disputed"})  # read again: it shows
PATIENCE = 5  # looks, over a minute, until such a refusal that nothing explains is a person's


class Refunder:
    def __init__(
        self,
        orders: Store[Order],
        ledger: Ledger,
        gateway: StripeGateway,
        cases: Cases,
        schedule: Schedule,
    ) -> None:
        self.orders = orders
        self.ledger = ledger
        self.gateway = gateway
        self.cases = cases
        self.schedule = schedule

    async def step(self, order: Order, intent: Intent) -> bool:
        """Take a decided payment one step further by what Stripe shows of its charge; False where
        it is to wait."""
        returns = await self._read(intent)
        step = step_for(order, returns)
        if step == Step.REFUND and returns.failed < MOST_FAILED:
            refund = await self._refund(order, returns)
            if refund is None:
                return True
            returns = Returns(intent.amount, (refund, *returns.refunds), returns.disputes)
            step = step_for(order, returns)
        watch = await self._with_cases(order, returns)
        return await self._write(order, returns, step, watch)

    async def _read(self, intent: Intent) -> Returns:
        refunds = await self.gateway.refunds_of(intent.id)
        disputes = await self.gateway.disputes_of(intent.id) if intent.disputed else []
        return Returns(intent.amount, tuple(refunds), tuple(disputes))

    async def _refund(self, order: Order, returns: Returns) -> Refund | None:
        """None where Stripe won't make it: it would repeat that answer for this key, so the next
        try needs another one. One that failed has used up its key as well."""
        payment = order.payment
        assert payment.intent_id is not None  # noqa: S101 - what is refunded was charged
        number = payment.refund_number + returns.failed
        try:
            return await self.gateway.refund(payment.intent_id, order.id, number)
        except StripeFailedError as error:
            said = reason(error)
        except RefusedError as error:
            said = f"{error.code}: {error}"
            if error.code not in KNOWN_REFUSALS or payment.looks >= PATIENCE:
                subject = f"{payment.charge_id}/{error.code}"
                await self.cases.open(CaseKind.REFUND_REFUSED, subject, order.id, said)
        logger.warning("refund will be tried again", extra={"order": order.id, "reason": said})
        fresh = payment.model_copy(update={"refund_number": payment.refund_number + 1})
        await self.orders.save(order.next(payment=self.schedule.later(order, fresh, now())))
        return None

    async def _with_cases(self, order: Order, returns: Returns) -> Watch:
        """What is to be written down, once a person was asked to look where one has to."""
        watch = watching(order, returns, now())
        review = False
        if returns.failed >= MOST_FAILED:
            last = next(refund.id for refund in returns.refunds if refund.ended)
            said = f"{returns.failed} refunds failed, the last was {last}"
            review |= await self.cases.open(CaseKind.REFUND_FAILED, last, order.id, said)
        if watch.dispute_id and watch.dispute == Dispute.OPEN:
            said = returns.disputes[0].status
            review |= await self.cases.open(CaseKind.DISPUTE, watch.dispute_id, order.id, said)
        return watch.model_copy(update={"review": review})

    async def _write(self, order: Order, returns: Returns, step: Step, watch: Watch) -> bool:
        before, at = order.payment.watch or Watch(), now()
        charge_id = order.payment.charge_id
        assert charge_id is not None  # noqa: S101 - what is decided was charged
        if returns.refunds or watch.refunded != before.refunded or step == Step.REFUNDED:
            # Always: a look that was killed may have written the ledger, and nothing of it here.
            await self.ledger.returned(order, charge_id, returns.refund_id, returns.refunded)
        payment = after(order.payment, step, watch, at)
        if order.payment.status in DECIDED and step == Step.KEEP and _same(before, watch):
            return watch.at is None  # written, it would put off recovery's own look
        if step != Step.DUE_AGAIN and self.schedule.due_at(payment) is not None:
            payment = self.schedule.later(order, payment, at, SELDOM)
        await self.orders.save(order.next(payment=payment))
        return True


def _same(before: Watch, watch: Watch) -> bool:
    """Whether it tells nothing new, and is watched as before."""
    if (before.at is None) != (watch.at is None):
        return False
    return watch.model_copy(update={"at": before.at}) == before
