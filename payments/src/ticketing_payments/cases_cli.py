"""`ticketing payments cases`, `show` and `resolve`."""

import sys
from collections.abc import Iterable

from ticketing_common.errors import NotFoundError
from ticketing_common.store import Store
from ticketing_common.store.retry import retrying
from ticketing_common.types import now
from ticketing_payments.cases import OPEN
from ticketing_payments.models.case import Case
from ticketing_payments.models.order import Order

MOST_LISTED = 10_000


async def list_cases(cases: Store[Case], resolved: bool) -> int:
    """The oldest first: id, since when, kind, what it is about, and what is said."""
    for case in await cases.find(
        {} if resolved else OPEN, sort=[("openedAt", 1)], limit=MOST_LISTED
    ):
        since = f"{case.opened_at:%Y-%m-%d %H:%M}"
        print(case.id, since, case.kind, case.subject, case.said, sep="\t")
    return 0


async def show_cases(cases: Store[Case], ids: Iterable[str]) -> int:
    missing = 0
    for id in ids:
        case = await cases.find_id(id)
        if case is None:
            missing |= _missing(id)
            continue
        for name, value in case.model_dump(by_alias=True, mode="json").items():
            if value is not None and name != "version":
                print(f"{name}: {value}")
    return missing


async def resolve_cases(
    cases: Store[Case], orders: Store[Order], ids: Iterable[str], note: str
) -> int:
    """Once no case of an order is open, its owner is no longer told that a person looks at it."""

    def resolved(case: Case) -> Case | None:
        return None if case.resolved_at else case.next(resolved_at=now(), note=note or None)

    missing = 0
    for id in ids:
        try:
            case = await retrying(lambda id=id: cases.change(id, resolved))  # type: ignore[misc]
        except NotFoundError:
            missing |= _missing(id)
            continue
        if case.order_id and not await cases.find({**OPEN, "orderId": case.order_id}, limit=1):
            await _reviewed(orders, case.order_id)
        print(f"resolved {id}")
    return missing


async def _reviewed(orders: Store[Order], id: str) -> None:
    def reviewed(order: Order) -> Order | None:
        watch = order.payment.watch
        if watch is None or not watch.review:
            return None
        return order.with_payment(watch=watch.model_copy(update={"review": False}))

    try:
        await retrying(lambda: orders.change(id, reviewed))
    except NotFoundError:
        return  # the case is that there is no such order


def _missing(id: str) -> int:
    sys.stderr.write(f"there is no case {id}\n")
    return 1
