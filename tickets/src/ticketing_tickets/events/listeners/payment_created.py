"""A paid order's ticket is sold."""

from ticketing_common.events.catalogue import PaymentCreated
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_tickets.events.listeners.queue_group import QUEUE_GROUP
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import Ticket
from ticketing_tickets.sold import mark_sold


class PaymentCreatedListener(Listener[PaymentCreated]):
    event = PaymentCreated
    queue_group = QUEUE_GROUP

    def __init__(self, tickets: Store[Ticket], sales: Store[Sale]) -> None:
        self.tickets = tickets
        self.sales = sales

    async def on_message(self, payment: PaymentCreated) -> None:
        await self.sales.replicate(payment.order_id, source_version=1)
        ticket = await self.tickets.latest("orderId", payment.order_id, by="_id")
        if ticket:
            await mark_sold(ticket, self.tickets)
