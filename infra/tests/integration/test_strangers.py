"""Whoever reaches NATS or Redis without being one of us, on the whole stack."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import nats
import pytest
from nats.errors import Error as NatsError
from redis import Redis
from redis.exceptions import AuthenticationError

from infra.tests.integration.visitor import Visitor, account
from ticketing_local.harness import Stack

NOBODY: tuple[str, ...] = ()
FORGERS = (NOBODY, ("tickets",), ("orders",), ("expiration",))


def _forge(stack: Stack, order: str, who: tuple[str, ...]) -> None:
    """Tell `payment:created` of the order, as nobody or as a service that is not payments."""
    kept = json.loads((stack.data / "secrets.json").read_text())
    signed = [{"user": name, "password": kept.get(f"{name.upper()}_PASSWORD")} for name in who]
    credentials = signed[0] if signed else {}

    async def publish() -> None:
        client = await nats.connect(
            f"nats://127.0.0.1:{stack.port('nats')}", allow_reconnect=False, **credentials
        )
        payment = {"id": "a" * 24, "orderId": order, "stripeId": "ch_forged"}
        await client.publish("payment:created", json.dumps(payment).encode())
        await client.flush()
        await client.close()

    with suppress(NatsError):  # whether it is let in is not what counts
        asyncio.run(publish())


@pytest.mark.parametrize("who", FORGERS, ids=lambda who: "".join(who) or "nobody")
def test_a_forged_payment_buys_nothing(
    stack: Stack, seller: Visitor, buyer: Visitor, who: tuple[str, ...]
) -> None:
    """Nobody but payments says that an order is paid."""
    order = buyer.order(seller.sell())
    buyer.await_status(order, "awaiting:payment")

    _forge(stack, order, who)

    another = buyer.order(seller.sell())
    buyer.pay(another)
    buyer.await_status(another, "complete")  # news that came after the forged one was heard
    assert buyer.get(f"/api/orders/{order}")["status"] == "awaiting:payment"
    assert account(stack, order)["charges"] == 0


def test_redis_wants_a_password(stack: Stack) -> None:
    """Nobody but the expiration service reads or writes the jobs."""
    redis: Any = Redis(port=stack.port("expiration-redis"))

    for command in ("PING", "DBSIZE", "FLUSHALL"):
        with pytest.raises(AuthenticationError):
            redis.execute_command(command)


def test_passwords_are_nowhere_to_be_seen(stack: Stack) -> None:
    """Not in the processes' arguments, not in their logs."""
    kept = json.loads((stack.data / "secrets.json").read_text()).values()
    argv = [arg for process in stack.processes().values() for arg in process["argv"]]
    logs = [path.read_text(errors="replace") for path in (stack.data / "logs").iterdir()]

    assert len(logs) > 10
    assert not [secret for secret in kept for text in [*argv, *logs] if secret in text]


def test_the_owner_of_the_data_folder_looks_after_dead_letters(stack: Stack) -> None:
    """`ticketing dead-letters --data` signs in as the operator by itself."""
    done = stack.ticketing("dead-letters", "list", check=False)

    assert (done.returncode, done.stderr) == (0, "")
