"""Redis' password is changed by the script we ship, under load; nothing is lost."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from infra.nats_users import FILE
from infra.tests.rights.fake_cluster import (
    Exec,
    FakeCluster,
    assert_nothing_was_shown,
    working,
)
from ticketing_common.testing import servers
from ticketing_common.testing.ports import free_port
from ticketing_common.types import new_id, now
from ticketing_expiration.queues.expiration_queue import ExpirationQueue

SCRIPTS = FILE.parents[1]


class Jobs:
    """Redis, the expiration service's queue on it, and orders that are scheduled all the time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.queue: ExpirationQueue | None = None
        self.busy = asyncio.Lock()  # a service that is stopped first ends what it does
        self.scheduled: list[str] = []

    async def deploy(self, secret: dict[str, str]) -> None:
        queue = ExpirationQueue("127.0.0.1", self.port, _never, secret["REDIS_PASSWORD"])
        await queue.ping()
        async with self.busy:
            old, self.queue = self.queue, queue
            if old:
                await old.close()

    async def schedule(self) -> None:
        """Any refusal ends it, and with it the test."""
        while True:
            order = new_id()
            async with self.busy:
                assert self.queue
                await self.queue.schedule(order, now() + timedelta(hours=1))
            self.scheduled.append(order)
            await asyncio.sleep(0.005)


async def _never(_: str) -> None:
    raise AssertionError("too early")


async def test_redis_password_is_changed_under_load(tmp_path: Path) -> None:
    """Twice: every order is scheduled at the first attempt, and the old password is refused."""
    port = free_port()
    jobs = Jobs(port)

    async def restart(workload: str) -> None:
        assert workload == "deployment/expiration-depl"
        await jobs.deploy(cluster.secrets["expiration-redis-secret"])

    cluster = FakeCluster(tmp_path, restart, redis_cli(port))
    async with cluster.running():
        await cluster.run(str(SCRIPTS / "secrets"))
        secret = cluster.secrets["expiration-redis-secret"]
        before = secret["REDIS_PASSWORD"]
        with servers.redis_server(tmp_path, port, secret["users.acl"]):
            await jobs.deploy(secret)
            async with working(jobs.schedule()):
                for _ in range(2):
                    await cluster.run(str(SCRIPTS / "rotate"), "redis")
            assert len(jobs.scheduled) > 20

            client = Redis(port=port, password=secret["REDIS_PASSWORD"])
            assert {f"expire:{order}".encode() for order in jobs.scheduled} <= set(
                await client.zrange("arq:queue", 0, -1)
            )
            await client.aclose()
            stranger = Redis(port=port, password=before)
            with pytest.raises(AuthenticationError):
                await stranger.ping()
            await stranger.aclose()
            assert jobs.queue
            await jobs.queue.close()
        # And so it is when Redis starts anew.
        with servers.redis_server(tmp_path, port, secret["users.acl"]):
            await jobs.deploy(secret)
            await jobs.queue.close()
            with pytest.raises(AuthenticationError):
                await Redis(port=port, password=before).ping()
    assert_nothing_was_shown(cluster)


def redis_cli(port: int) -> Exec:
    """Runs a pod's shell command, whose `redis-cli` does what it would there."""

    async def run(command: list[str], said: str) -> str:
        assert command[:2] == ["sh", "-c"]
        assert 'exec redis-cli -e --user operator ACL SETUSER default "$@"' in command[2]
        operator: Any = Redis(port=port, username="operator", password=said.rstrip("\n"))
        await operator.execute_command("ACL", "SETUSER", "default", *command[4:])
        await operator.aclose()
        return "OK"

    return run
