"""One fault at a time: what a user sees of it, and how long until everything works again."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from infra.tests.chaos.faults import Faults
from infra.tests.chaos.journal import JSON
from infra.tests.chaos.probes import Probes
from infra.tests.chaos.proxy import Mode
from infra.tests.chaos.schedule import Fault
from infra.tests.chaos.sensitivity.lab import Lab
from infra.tests.chaos.stack import ChaosStack

WINDOW = 60  # seconds an order holds its ticket: the shortest with all durations in full
CALM = 2.0  # seconds between two faults
FAULTS: tuple[tuple[str, tuple[Fault, ...]], ...] = (
    ("nothing", ()),
    ("one replica of tickets killed", (Fault(0, "kill", "tickets-1", 0),)),
    ("one replica of tickets frozen 5 s", (Fault(0, "pause", "tickets-1", 5),)),
    (
        "both replicas of orders killed",
        (Fault(0, "kill", "orders-1", 0), Fault(0, "kill", "orders-2", 0)),
    ),
    ("gateway killed", (Fault(0, "kill", "gateway", 0),)),
    ("tickets' MongoDB killed", (Fault(0, "kill", "tickets-mongo", 0),)),
    ("tickets' MongoDB frozen 5 s", (Fault(0, "pause", "tickets-mongo", 5),)),
    (
        "orders' MongoDB: primary killed with unreplicated writes",
        (Fault(0, "failover", "orders-mongo", 1),),
    ),
    ("orders' MongoDB: primary steps down", (Fault(0, "step down", "orders-mongo", 0),)),
    ("NATS killed", (Fault(0, "kill", "nats", 0),)),
    ("NATS frozen 5 s", (Fault(0, "pause", "nats", 5),)),
    ("connections to NATS cut 3 s", (Fault(0, "cut", "nats", 3),)),
    ("NATS loses all data", (Fault(0, "wipe", "nats", 0),)),
    ("a consumer deleted", (Fault(0, "lose consumer", "orders-service_ticket-created", 0),)),
    ("Redis killed", (Fault(0, "kill", "expiration-redis", 0),)),
    ("Redis loses all data", (Fault(0, "wipe", "expiration-redis", 0),)),
)


async def figures(say: Callable[[str], None]) -> int:
    """Print a line a fault; the result is the exit code."""
    async with ChaosStack(WINDOW) as stack:
        say("booted")
        lab = Lab(stack)
        await lab.open()
        probes = Probes(stack.url, lambda: lab.buyer.cookie, 0.1)
        stop = asyncio.Event()
        probing = asyncio.create_task(probes.run(stop))
        try:
            for name, faults in FAULTS:
                say(await _measure(stack, lab, probes, name, faults))
            for name, scenario in PAYMENTS:
                took, said = await scenario(stack, lab)
                say(f"{name}: {said}; paid after {took:.1f} s")
        finally:
            stop.set()
            await probing
            await lab.close()
    return 0


async def _measure(
    stack: ChaosStack, lab: Lab, probes: Probes, name: str, faults: tuple[Fault, ...]
) -> str:
    striking = Faults(stack, 1, lambda _: None)
    began = time.monotonic()
    struck = [asyncio.create_task(striking.strike(fault)) for fault in faults]
    refused: Counter[str] = Counter()
    while not await _trade(lab, refused):
        await asyncio.sleep(0.05)
    took = time.monotonic() - began
    await asyncio.gather(*struck)
    await stack.until_ready()
    whole = time.monotonic() - began
    await asyncio.sleep(CALM)
    outages = ", ".join(
        f"{service} {gap:.1f} s" for service, gap in probes.outages(began).items() if gap > 0.7
    )
    reads = ", ".join(f"{n} x {what}" for what, n in probes.failures(began).items())
    writes = ", ".join(f"{n} x {what}" for what, n in refused.items())
    return "; ".join(
        (
            f"{name}: a ticket listed, ordered and cancelled after {took:.1f} s",
            f"refused meanwhile: {writes or 'none'}",
            f"reads: longest gap {outages or 'none'}, failed: {reads or 'none'}",
            f"all ready after {whole:.1f} s",
        )
    )


async def _trade(lab: Lab, refused: Counter[str]) -> bool:
    """List a ticket, order it and cancel that, as two users; whether all of it worked."""
    listed = await lab.seller.ask("POST", "/api/tickets", {"title": "Show", "price": "5"})
    if listed.status != 201:
        refused[f"list {listed.status or 'no answer'}"] += 1
        return False
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        body = {"ticketId": listed.body["id"]}
        ordered = await lab.buyer.ask("POST", "/api/orders", body)
        if ordered.status == 201:
            gone = await lab.buyer.ask("DELETE", f"/api/orders/{ordered.body['id']}")
            if gone.status == 204:
                return True
            refused[f"cancel {gone.status or 'no answer'}"] += 1
            return False
        if ordered.status != 404:  # that one only says that the news is on its way
            refused[f"order {ordered.status or 'no answer'}"] += 1
        if ordered.status == 400:  # a try without an answer went through
            return False
        await asyncio.sleep(0.05)
    return False


async def _reply_lost(_: ChaosStack, lab: Lab) -> tuple[float, str]:
    order = await lab.order(await lab.sell())
    path = "/v1/payment_intents/*/confirm"
    await lab.stripe_fault(kind="lost_response", path=path, next=1)
    return await _until_paid(lab, order)


async def _killed_while_charging(stack: ChaosStack, lab: Lab) -> tuple[float, str]:
    order = await lab.order(await lab.sell())
    path = "/v1/payment_intents/*/confirm"
    asked = await lab.stripe_fault(kind="slow_response", path=path, next=1, seconds=2)
    paying = asyncio.create_task(_until_paid(lab, order))
    await lab.until(lambda: lab.stripe_fired(asked))
    strike = Faults(stack, 1, lambda _: None).strike
    await asyncio.gather(*(strike(Fault(0, "kill", f"payments-{n}", 0)) for n in (1, 2)))
    return await paying


async def _stripe_away(stack: ChaosStack, lab: Lab) -> tuple[float, str]:
    order = await lab.order(await lab.sell())
    stripe = stack.proxies["stripe"]
    stripe.set(Mode.CUT)
    paying = asyncio.create_task(_until_paid(lab, order))
    await asyncio.sleep(5)
    stripe.set(Mode.PASS)
    return await paying


async def _until_paid(lab: Lab, order: JSON) -> tuple[float, str]:
    """Seconds until the order is complete, and the first answer to the buyer."""
    began = time.monotonic()
    first = await lab.pay(order)

    async def complete() -> bool:
        if await lab.find("orders", "orders", order["id"], status="complete"):
            return True
        await lab.pay(order)
        return False

    await lab.until(complete, 50)
    return time.monotonic() - began, f"first {first.status or 'no answer'} {first.message}"


PAYMENTS: tuple[tuple[str, Callable[[ChaosStack, Lab], Awaitable[tuple[float, str]]]], ...] = (
    ("Stripe's reply to a charge lost", _reply_lost),
    ("both replicas of payments killed during a charge", _killed_while_charging),
    ("Stripe out of reach for 5 s", _stripe_away),
)
