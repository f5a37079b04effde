"""Stripe's stand-in, for as long as nobody gives a key of the real one."""

import sys
from collections.abc import Mapping
from pathlib import Path

from ticketing_local.data.ports import LOOPBACK
from ticketing_local.processes.process import Process, Stage
from ticketing_local.processes.readiness import listens


def stripe_fake(folder: Path, port: int, environ: Mapping[str, str]) -> Process:
    """It keeps its charges in the folder: what was paid must stay paid over a restart."""
    return Process(
        name="stripe",
        argv=(sys.executable, "-P", "-m", "ticketing_stripe_fake"),
        env={
            **environ,
            "HOST": LOOPBACK,
            "PORT": str(port),
            "DATA": str(folder / "stripe.sqlite"),
        },
        port=port,
        stage=Stage.STORE,
        ready=listens(port),
    )
