"""`ticketing payments reconcile`: Stripe's books against ours, as an operator compares them."""

import asyncio
import sys
from pathlib import Path

from infra.tests.chaos.stack import ChaosStack
from infra.tests.chaos.waiting import StackError

TICKETING = Path(sys.executable).with_name("ticketing")
TIMEOUT = 120.0  # seconds; it waits for what differs at first


async def reconcile(stack: ChaosStack) -> list[str]:
    """The differences that are left once the services had time to look. Raises `StackError`."""
    asked = ("payments", "reconcile", "--data", str(stack.data), "--since", "1h")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(str(TICKETING), *asked, stdout=pipe, stderr=pipe)
    out, error = await asyncio.wait_for(process.communicate(), TIMEOUT)
    lines = out.decode().splitlines()
    if process.returncode == 0:
        return []
    if process.returncode != 1 or not lines:
        raise StackError(f"reconciliation ended with {process.returncode}: {error.decode()}")
    return lines[:-1]
