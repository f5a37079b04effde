"""What the page of an ended order says of its ticket: whether it can be ordered again."""

from dataclasses import dataclass, replace

from ticketing_client.models import Order, Ticket
from ticketing_client.money import money


@dataclass(frozen=True)
class Again:
    """`follow` is after how many seconds the page should look again, where that can change it."""

    name: str
    text: str
    follow: float | None = None


FREE = Again("free", "The ticket is free again, at {price}.")
OWN = Again("own", "You have ordered the ticket again.")
BEGUN = Again("begun", "The event has begun, so this ticket can't be bought any more.")
DOWN = Again("down", "The seller has taken this ticket down, so it can't be bought.")
SOLD = Again("sold", "The ticket is sold.")
SOON = Again("soon", "As soon as the ticket is back on sale you can order it again here.", 1)
RESERVED = Again(
    "reserved",
    "Somebody else has reserved the ticket now. "
    "If it comes back on sale, you can order it again here.",
    10,
)
TAKEN = Again(
    "taken",
    "The ticket is not on sale right now. If it comes back on sale, you can order it again here.",
    10,
)


def order_again(
    ticket: Ticket, ended: Order, *, own: Order | None, own_known: bool, sale: str | None
) -> Again:
    """The first that holds. `own` is another order of the same visitor that has the ticket, and
    `sale` what tickets tells of one that somebody has; None where it tells nothing.

    | whose it is                   | says     |
    |-------------------------------|----------|
    | this visitor's, by a later one| OWN      |
    | another's, sold               | SOLD     |
    | anybody's, and has begun      | BEGUN    |
    | nobody's, and taken down      | DOWN     |
    | nobody's                      | FREE     |
    | still this order's            | SOON     |
    | another's, reserved           | RESERVED |
    | another's, nobody can tell    | TAKEN    |
    """
    ours_ended = ticket.order_id in (None, ended.id)
    if own is not None:
        return OWN
    if not ours_ended and sale == "sold":
        return SOLD
    if ticket.begun:
        return BEGUN
    if ours_ended and ticket.withdrawn:
        return DOWN
    if ticket.free:
        return replace(FREE, text=FREE.text.format(price=money(ticket.price)))
    if ours_ended:
        return SOON
    return RESERVED if sale == "reserved" and own_known else TAKEN
