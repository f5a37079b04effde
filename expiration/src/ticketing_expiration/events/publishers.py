"""What the expiration service tells."""

from ticketing_common.events.catalogue import ExpirationComplete


def expiration_complete(order_id: str) -> ExpirationComplete:
    return ExpirationComplete(order_id=order_id)
