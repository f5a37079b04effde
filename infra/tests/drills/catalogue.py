"""Every drill, in the order that the whole takes least time in."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from infra.tests.drills import faults
from infra.tests.drills.site import Site


@dataclass(frozen=True, slots=True)
class Drill:
    """A fault by its words in the table, and the alerts that it has to bring.

    `brings` are those that fire besides, and rightly so. `lasting` are those of `expects` whose
    windows outlast the fault for long: their end is awaited only before the next drill that has to
    do with them, or the end.
    """

    fault: str
    strike: Callable[[Site], AbstractContextManager[None]]
    expects: tuple[str, ...]
    brings: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()


DRILLS = (
    Drill("Stripe takes 4 s for each charge", faults.slow_charges, ("BuyingIsSlow",)),
    Drill(
        "orders' MongoDB frozen",
        faults.orders_store_frozen,
        ("BuyingFails", "ServiceIsSilent", "FiguresAreMissing"),
        brings=("BuyingIsSlow",),  # each request waits 4 s for the store
        lasting=("BuyingFails",),
    ),
    Drill(
        "NATS frozen",
        faults.nats_frozen,
        ("NewsIsNotPublished", "OrdersEndLate"),
        brings=("FiguresAreMissing",),
    ),
    Drill(
        "tickets' MongoDB frozen, and 2,000 events to hear",
        faults.backlog,
        ("NewsIsNotHeard",),
        brings=("ServiceIsSilent",),
    ),
    Drill(
        "NATS lost the stream, while tickets' MongoDB is frozen",
        faults.stream_lost,
        ("NewsIsAwaited",),
        brings=("ServiceIsSilent", "FiguresAreMissing"),
    ),
    Drill("an event that is no JSON", faults.unreadable_event, ("NewsIsDead",)),
    Drill("a buyer disputes a charge", faults.disputed, ("CaseIsOpen",)),
    Drill(
        "Stripe refuses a refund; its stored moment was moved back by an hour",
        faults.refund_refused,
        ("RefundIsLate",),
    ),
    Drill(
        "played to Prometheus: books compared 2 days ago, a certificate of 10 days, a full volume",
        faults.cluster_neglected,
        ("BooksAreNotCompared", "CertificateEnds", "VolumeFills"),
    ),
    Drill("Stripe answers 503", faults.stripe_away, ("StripeFails",), brings=("BuyingFails",)),
)


def chosen(only: list[str]) -> list[Drill]:
    """Those that any of these alerts needs; all of them, without any."""
    return [drill for drill in DRILLS if not only or set(only) & set(drill.expects)]
