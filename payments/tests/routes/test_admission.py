"""GET /api/payments/admissions/:code"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from payments.tests.paying import pay
from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import SignIn
from ticketing_payments.admission import Admissions
from ticketing_payments.app import create_app
from ticketing_payments.cashier import Cashier
from ticketing_payments.config import Settings
from ticketing_payments.models.order import Order
from ticketing_payments.models.watch import Dispute, Watch

Act = Callable[..., Awaitable[Order]]

KEY = "a key of thirty-two bytes or more, one"
NOT_OURS = {"errors": [{"message": "Not Found"}]}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"ADMISSION_KEYS": (KEY,)})


async def _code(api: httpx.AsyncClient, sign_in: SignIn, order: Order) -> str | None:
    """As its buyer is told it."""
    answer = await api.get(f"/api/payments/{order.id}", headers=sign_in(order.user_id))
    code: str | None = answer.json()["admission"]
    return code


async def _worth(api: httpx.AsyncClient, code: str | None) -> tuple[int, Any]:
    api.cookies.clear()
    answer = await api.get(f"/api/payments/admissions/{code}")
    return answer.status_code, answer.json()


async def test_from_the_charge_to_the_refund(
    api: httpx.AsyncClient, sign_in: SignIn, place: Act, cashier: Cashier, cancel: Act
) -> None:
    """Who paid has a code, which anybody may check; it is worth nothing once the money goes back,
    and then its owner is not told it any more."""
    order = await place()
    assert await _code(api, sign_in, order) is None
    order = await pay(cashier, order, "tok_visa")
    code = await _code(api, sign_in, order)

    told = {"orderId": order.id, "ticketId": order.ticket_id}
    assert await _worth(api, code) == (200, {"standing": "valid", **told})

    await cancel(order)
    assert await _worth(api, code) == (200, {"standing": "refunded", **told})
    assert await _code(api, sign_in, order) is None


async def test_a_lost_dispute(
    api: httpx.AsyncClient, sign_in: SignIn, place: Act, cashier: Cashier, orders: Store[Order]
) -> None:
    """Whose bank took the money back does not get in for it."""
    order = await pay(cashier, await place(), "tok_visa")
    code = await _code(api, sign_in, order)

    await orders.change(order.id, lambda o: o.with_payment(watch=Watch(dispute=Dispute.LOST)))

    status, told = await _worth(api, code)
    assert (status, told["standing"]) == (200, "refunded")


async def test_not_ours(api: httpx.AsyncClient, place: Act, cashier: Cashier) -> None:
    """Nonsense, another's signature, and a good one of an order that nobody paid are all alike."""
    order = await place()
    paid = await pay(cashier, await place(), "tok_visa")
    forged = Admissions(("another key of thirty-two bytes or more",)).write(paid)
    early = Admissions((KEY,)).write(order.with_payment(status="charged"))
    unknown = Admissions((KEY,)).write(paid.model_copy(update={"id": "0" * 24}))

    for code in ("nonsense", "a" * 64, forged, early, unknown):
        assert await _worth(api, code) == (404, NOT_OURS)


@pytest.fixture
async def hurried(
    client_of: Any, settings: Settings, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"RATE_LIMIT_ADMISSIONS": 2}), database)
    yield await client_of(app)
    await app.state.cashier.gateway.close()


async def test_too_many(hurried: httpx.AsyncClient) -> None:
    """Of an address, right or wrong."""
    codes = [(await hurried.get("/api/payments/admissions/x")).status_code for _ in range(3)]

    assert codes == [404, 404, 429]
