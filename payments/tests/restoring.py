"""A payments database that was put back, and what the stream has of the time since."""

from typing import Any

from bson import ObjectId

from ticketing_common.events.catalogue import (
    OrderCancelled,
    OrderCreated,
    OrderStatus,
    ReservedTicket,
)
from ticketing_common.restoring.past import Outcome
from ticketing_common.store import Store
from ticketing_common.testing.since_backup import SinceBackup
from ticketing_payments.app import create_app
from ticketing_payments.config import Settings
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.restore import restore

Stored = dict[str, Any]


class PutBack:
    """The database of before: `remember` what it knows of an order, and `restored` later with
    that, or with nothing of an order that it did not know."""

    def __init__(self, backup: SinceBackup, settings: Settings) -> None:
        self.backup = backup
        self.orders = Store(backup.database, Order)
        self.payments = Store(backup.database, Payment)
        self._settings = backup.settings(settings)
        self._known: dict[str, Stored] = {}

    async def remember(self, order: Order) -> None:
        stored = await self.orders._collection.find_one({"_id": ObjectId(order.id)})
        assert stored is not None
        self._known[order.id] = stored

    async def restored(self, *lost: Order) -> Outcome:
        """What happened to these orders since is lost, and then heard again."""
        for order in lost:
            await self.orders._collection.delete_one({"_id": ObjectId(order.id)})
            await self.payments._collection.delete_many({"orderId": order.id})
            if known := self._known.get(order.id):
                await self.orders._collection.insert_one(known)
        app = create_app(self._settings, self.backup.database)
        try:
            return await restore(app, self._settings)
        finally:
            await app.state.cashier.gateway.close()

    async def kept(self, order: Order) -> list[tuple[float, int]]:
        """The ledger's: amounts in dollars, and cents that went back."""
        rows = await self.payments.find({"orderId": order.id})
        return [(float(row.amount), row.returned) for row in rows]


def created_event(order: Order) -> OrderCreated:
    return OrderCreated(**_fields(order))


def cancelled_event(order: Order) -> OrderCancelled:
    return OrderCancelled(**{**_fields(order), "version": 1, "status": OrderStatus.CANCELLED})


def _fields(order: Order) -> dict[str, Any]:
    assert order.ticket_id is not None
    return {
        "id": order.id,
        "version": 0,
        "status": OrderStatus.CREATED,
        "user_id": order.user_id,
        "expires_at": order.expires_at,
        "ticket": ReservedTicket(id=order.ticket_id, price=order.price, reservation=1),
    }
