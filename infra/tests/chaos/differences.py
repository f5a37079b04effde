"""What a replay has changed, and should not have."""

from infra.tests.chaos.facts import Documents
from infra.tests.chaos.journal import JSON
from ticketing_payments.returns import MOST_FAILED

LISTING = ("listing", "withdrawn", "startsAt")


def changed(
    before: dict[str, Documents], after: dict[str, Documents], gains: bool = False
) -> list[str]:
    """The documents that are not what they were, but for what goes on by itself: a refund that
    may yet fail is looked at again and again; and, with `gains`, but for fields that are new."""
    return [
        f"{name} {id} was {document} and is {after[name].get(id)}"
        for name, documents in before.items()
        for id, document in documents.items()
        if _but_for_looks(after[name].get(id)) != _but_for_looks(document)
        and not (gains and _gained(document, after[name].get(id) or {}))
    ]


def _gained(before: JSON, after: JSON) -> bool:
    """Whether it has all that it had, and one field more at least; or a newer listing."""
    if after.get("listing", 0) > before.get("listing", 0):
        return {**after, **dict.fromkeys(LISTING)} == {**before, **dict.fromkeys(LISTING)}
    had, has = _filled(before), _filled(after)
    return len(has) > len(had) and {**has, **had, "version": has["version"]} == has


def _filled(document: JSON) -> JSON:
    return {name: value for name, value in document.items() if value is not None}


def _but_for_looks(document: JSON | None) -> JSON | None:
    """A charge that is watched is looked at now and then, which is written down."""
    if document and "refunded" in document:  # of the ledger: numbered by the order's version
        return {**document, "version": 0}
    payment = (document or {}).get("payment") or {}
    if not document or not payment.get("watch"):
        return document
    watch = {**payment["watch"], "at": None, "looks": 0}
    looks = {"lookAt": None, "looks": 0} if waits_for_a_person(payment) else {}
    return {**document, "version": 0, "payment": {**payment, **looks, "watch": watch}}


def waits_for_a_person(payment: JSON) -> bool:
    """Whether it is only looked at now and then: its refunds have failed too often."""
    return int((payment.get("watch") or {}).get("refundsFailed", 0)) >= MOST_FAILED
