"""A new ticket can be ordered."""

from ticketing_common.events.catalogue import TicketCreated
from ticketing_common.events.listener import Listener
from ticketing_common.store import Store
from ticketing_orders.events.listeners.queue_group import QUEUE_GROUP
from ticketing_orders.models.ticket import Ticket, take_over


class TicketCreatedListener(Listener[TicketCreated]):
    event = TicketCreated
    queue_group = QUEUE_GROUP

    def __init__(self, tickets: Store[Ticket]) -> None:
        self.tickets = tickets

    async def on_message(self, ticket: TicketCreated) -> None:
        await take_over(self.tickets, ticket)
