"""An order nobody pays ends, and its ticket is for sale again."""

from collections.abc import Callable

from infra.tests.integration.conftest import WINDOW, Abandoned
from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack


def test_an_expired_order_frees_its_ticket_for_another(
    stack: Stack, abandoned: Abandoned, visitor: Callable[[], Visitor]
) -> None:
    """Defects 4 and 12 of the base: an expiry survives a crash of Redis, and frees one ticket."""
    stack.kill("expiration-redis")

    abandoned.buyer.await_status(abandoned.order, "cancelled", bound=WINDOW + 30)
    abandoned.seller.await_ticket(abandoned.ticket, None)

    refused = abandoned.buyer.try_to_pay(abandoned.order)
    assert refused.json() == {"errors": [{"message": "Cannot pay for a cancelled order"}]}
    another = visitor()
    order = another.order(abandoned.ticket)
    another.pay(order)
    another.await_status(order, "complete")
    abandoned.seller.await_ticket(abandoned.ticket, order)
