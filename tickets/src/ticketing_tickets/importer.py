"""Taking over the base system's tickets."""

from ticketing_common.importing import Report, Stored, Stores, import_each, price_of
from ticketing_common.store.source import Source
from ticketing_tickets.events.publishers import ticket_updated
from ticketing_tickets.models.ticket import Ticket

LONGEST_TITLE = 500  # characters: what an event may carry


async def import_base(source: Source, stores: Stores, report: Report) -> None:
    """Which order holds a ticket is not taken over but heard of from orders, which numbers them
    anew: the base system's tickets may be held by orders that have long ended."""
    tickets = stores[Ticket]

    async def take_over(stored: Stored) -> None:
        id = str(stored["_id"])
        if await tickets.find_id(id):
            report.present += 1
            return
        title, price = stored["title"], price_of(stored["price"])
        ticket = Ticket(
            id=id,
            version=stored.get("version", 0),
            title=title[:LONGEST_TITLE],
            price=price,
            user_id=str(stored["userId"]),
        )
        await tickets.save(ticket, ticket_updated(ticket))
        report.imported += 1
        if price != float(stored["price"]):
            report.change("ticket", id, f"its price was {stored['price']} and is {price}")
        if len(title) > LONGEST_TITLE:
            report.change("ticket", id, f"its title of {len(title)} characters is cut")

    await import_each("ticket", source.documents("tickets"), take_over, report)
