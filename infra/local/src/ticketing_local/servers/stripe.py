"""Stripe's stand-in, for as long as nobody gives a key of the real one."""

import sys
from collections.abc import Mapping
from pathlib import Path

from ticketing_local.data.ports import LOOPBACK
from ticketing_local.processes.process import Process, Stage
from ticketing_local.processes.readiness import listens

EVENTS = " ".join(
    (
        *(f"payment_intent.{each}" for each in ("succeeded", "payment_failed", "canceled")),
        *("payment_intent.processing", "charge.refunded"),
        *("refund.created", "refund.updated", "refund.failed"),
        *(f"charge.dispute.{each}" for each in ("created", "updated", "closed")),
    )
)
"""What nobody but Stripe decides; the rest are answers to calls of our own."""


def stripe_fake(
    folder: Path, port: int, environ: Mapping[str, str], shop: str, api: str, webhook_secret: str
) -> Process:
    """It keeps its charges in the folder: what was paid must stay paid over a restart.

    `shop` is the site as browsers reach it, `api` the API as this machine does.
    """
    return Process(
        name="stripe",
        argv=(sys.executable, "-P", "-m", "ticketing_stripe_fake"),
        env={
            **environ,
            "HOST": LOOPBACK,
            "PORT": str(port),
            "DATA": str(folder / "stripe.sqlite"),
            "ORDER_URL": f"{shop}/orders/{{order}}",
            "WEBHOOK_URL": f"{api}/api/payments/webhook",
            "WEBHOOK_EVENTS": EVENTS,
            "STRIPE_WEBHOOK_SECRET": webhook_secret,
        },
        port=port,
        stage=Stage.STORE,
        ready=listens(port),
    )
