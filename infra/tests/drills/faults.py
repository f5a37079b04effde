"""The faults: each is there once its block is entered, and mended when it is left."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

from bson import ObjectId

from infra.tests.drills.site import Site
from ticketing_local.harness import until

SLOW = (
    4.0  # seconds that Stripe takes for a charge: more than a request should, less than its limit
)
PILE = 2000  # events
HOUR = timedelta(hours=1)
CHARGE_TIME = 6.0  # seconds, in which its buyer can cancel


@contextmanager
def slow_charges(site: Site) -> Iterator[None]:
    path = "/v1/payment_intents/*/confirm"
    with site.stripe_fault(kind="slow_response", path=path, seconds=SLOW):
        yield


@contextmanager
def stripe_away(site: Site) -> Iterator[None]:
    with site.stripe_fault(kind="unavailable"):
        yield


@contextmanager
def orders_store_frozen(site: Site) -> Iterator[None]:
    with site.stack.frozen("orders-mongo"):
        yield


@contextmanager
def nats_frozen(site: Site) -> Iterator[None]:
    """With an order that nobody pays."""
    site.buyer.order(site.seller.sell())
    with site.stack.frozen("nats"):
        yield


@contextmanager
def backlog(site: Site) -> Iterator[None]:
    """Events that tickets can't hear, as it can't store what follows from them. All are the same,
    which others hear in passing."""
    site.buyer.order(site.seller.sell())
    message = site.newest("order:created")
    with site.stack.frozen("tickets-mongo"):
        site.publish("order:created", message, PILE)
        yield


@contextmanager
def stream_lost(site: Site) -> Iterator[None]:
    """Everybody has to publish their state again, and tickets can't read its own."""
    with site.stack.frozen("tickets-mongo"):
        site.lose_stream()
        yield


@contextmanager
def unreadable_event(site: Site) -> Iterator[None]:
    site.publish("order:created", b"no JSON")
    yield
    site.ticketing("dead-letters", "drop", "--all", "--yes")


@contextmanager
def disputed(site: Site) -> Iterator[None]:
    """A charge, by its buyer."""
    order = site.sold()
    account = site.stripe("GET", f"/ledger?order={order}&objects=no")["orders"][order]
    site.stripe("POST", "/disputes", {"payment_intent": next(iter(account["intents"]))})
    yield
    cases = [line.split("\t")[0] for line in site.ticketing("payments", "cases").splitlines()]
    site.ticketing("payments", "resolve", *cases, "--note", "a drill")


@contextmanager
def refund_refused(site: Site) -> Iterator[None]:
    """Of an order that its buyer cancelled while the card was charged, an hour ago by its stored
    moment."""
    order = site.buyer.order(site.seller.sell())
    site.buyer.await_status(order, "awaiting:payment")
    it = {"_id": ObjectId(order)}
    charge = {"kind": "slow_response", "key": f"confirm/{order}/*", "seconds": CHARGE_TIME}
    with (
        site.stripe_fault(kind="unavailable", method="POST", path="/v1/refunds"),
        site.collection("payments", "orders") as orders,
    ):
        with site.stripe_fault(**charge):
            paying = Thread(target=site.buyer.at_once, args=[1, lambda me: me.try_to_pay(order)])
            paying.start()
            until(lambda: orders.count_documents({**it, "payment.status": "charging"}) > 0)
            site.buyer.http.delete(f"/api/orders/{order}").raise_for_status()
            paying.join()
        due = {**it, "payment.status": "refund_due"}
        until(lambda: orders.count_documents(due) > 0)
        since = orders.find_one(due)["payment"]["refundDueSince"] - HOUR  # type: ignore[index]
        # A version on, so that a look which is under way does not write over it.
        moved = {"$set": {"payment.refundDueSince": since}, "$inc": {"version": 1}}
        orders.update_one(due, moved)
        yield


@contextmanager
def cluster_neglected(site: Site) -> Iterator[None]:
    well = vars(site.cluster).copy()
    vars(site.cluster).update(reconciled=2.0, certificate=10.0, free=0.1)
    yield
    vars(site.cluster).update(well)
