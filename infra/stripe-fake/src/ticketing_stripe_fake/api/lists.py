"""Lists: newest first, by cursor (docs.stripe.com/api/pagination)."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from ticketing_stripe_fake import params
from ticketing_stripe_fake.api.operation import Call, Json
from ticketing_stripe_fake.errors import StripeError, no_such
from ticketing_stripe_fake.forms import FormValue
from ticketing_stripe_fake.objects import NAMES, StripeObject

T = TypeVar("T", bound=StripeObject)

_TIME = params.integer(minimum=0)
_RANGE = params.hash_of({"gt": _TIME, "gte": _TIME, "lt": _TIME, "lte": _TIME})


def _created(value: FormValue, param: str) -> dict[str, int]:
    if isinstance(value, str):
        exactly = _TIME(value, param)
        return {"gte": exactly, "lte": exactly}
    bounds: dict[str, int] = _RANGE(value, param)
    return bounds


PAGE: params.Fields = {
    "limit": params.integer(minimum=1, maximum=100),
    "starting_after": params.string,
    "ending_before": params.string,
    "created": _created,
}


def page(
    call: Call,
    kind: type[T],
    rendered: Callable[[T], Json],
    url: str,
    owner: str | None = None,
    matches: Callable[[T], bool] | None = None,
) -> Json:
    """One page of all objects, or of those that belong to `owner`, or match."""
    limit = call.params.get("limit", 10)
    after, before = call.params.get("starting_after"), call.params.get("ending_before")
    if after and before:
        message = "You may only specify one of these parameters: starting_after, ending_before."
        raise StripeError(400, message, param="ending_before")
    rows = filter(matches, _rows(call, kind, owner, after, before))
    found = list(islice(filter(_within(call.params.get("created", {})), rows), limit + 1))
    data = [rendered(row) for row in found[:limit]]
    if before:
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(found) > limit, "url": url}


def _rows(
    call: Call, kind: type[T], owner: str | None, after: str | None, before: str | None
) -> Iterator[T]:
    table = call.transaction.ledger.table(kind)
    cursor = after or before
    if cursor and table.get(cursor) is None:
        param = "starting_after" if after else "ending_before"
        raise no_such(NAMES[kind], cursor, param=param)
    if owner is None:
        return table.oldest_first(before) if before else table.newest_first(after)
    rows = table.owned_by(owner) if before else table.owned_by(owner)[::-1]
    ids = [row.id for row in rows]
    return iter(rows[ids.index(cursor) + 1 :] if cursor in ids else rows)


def _within(bounds: dict[str, int]) -> Callable[[StripeObject], bool]:
    def within(row: StripeObject) -> bool:
        return (
            row.created > bounds.get("gt", -1)
            and row.created >= bounds.get("gte", 0)
            and row.created < bounds.get("lt", row.created + 1)
            and row.created <= bounds.get("lte", row.created)
        )

    return within
