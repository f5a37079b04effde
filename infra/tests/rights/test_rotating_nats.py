"""NATS' passwords are changed by the script we ship, under load; nothing is lost."""

import asyncio
import itertools
from contextlib import ExitStack
from pathlib import Path

import nats
import pytest
from nats.errors import Error as NatsError

from infra.nats_users import FILE
from infra.tests.rights.conftest import settings
from infra.tests.rights.fake_cluster import FakeCluster, assert_nothing_was_shown, working
from ticketing_common.events.rights import RIGHTS
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.testing import servers
from ticketing_common.testing.ports import free_port

SCRIPTS = FILE.parents[1]


class Nats:
    """The server, the services' connections to it, and what they publish all the time."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self.folder = folder
        self.running = ExitStack()
        self.streams: dict[str, Stream] = {}
        self.published: list[str] = []

    def start(self, passwords: dict[str, str]) -> None:
        server = servers.nats_server(self.folder, self.port, FILE.read_text(), passwords)
        self.running.enter_context(server)

    async def restart(self, passwords: dict[str, str]) -> None:
        await asyncio.to_thread(self.running.close)
        await asyncio.to_thread(self.start, passwords)

    async def deploy(self, service: str, secret: dict[str, str]) -> None:
        """A new replica, ready before the old one goes."""
        stream = Stream(settings(self.url, secret["NATS_USER"], secret["NATS_PASSWORD"]))
        async with asyncio.timeout(60):
            await stream.connect()
        old, self.streams[service] = self.streams.get(service), stream
        if old:
            await old.close()

    async def publish(self, service: str, subject: str) -> None:
        """As an outbox does: each again until it is acknowledged."""
        for number in itertools.count():
            id = f"{service}/{number}"
            while True:
                try:
                    await self.streams[service].publish(subject, b"{}", {"Nats-Msg-Id": id})
                    break
                except BrokerUnavailableError:
                    await asyncio.sleep(0.1)
            self.published.append(id)
            await asyncio.sleep(0.01)


async def _nothing(_: list[str], __: str) -> str:
    raise AssertionError("nothing is executed")


async def test_nats_passwords_are_changed_under_load(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Twice: nobody is refused meanwhile, what was published is there, old passwords are void."""
    broker = Nats(tmp_path)

    async def restart(workload: str) -> None:
        if workload == "statefulset/nats-depl":
            await broker.restart(cluster.secrets["nats-users-secret"])
        else:
            service = workload.removeprefix("deployment/").removesuffix("-depl")
            await broker.deploy(service, cluster.secrets[f"{service}-nats-secret"])

    cluster = FakeCluster(tmp_path, restart, _nothing)
    async with cluster.running():
        await cluster.run(str(SCRIPTS / "secrets"))
        broker.start(cluster.secrets["nats-users-secret"])
        for service in ("orders", "tickets", "payments", "expiration"):
            await restart(f"deployment/{service}-depl")
        before = dict(cluster.secrets["orders-nats-secret"])

        async with working(*(broker.publish(r.service, r.publishes[0]) for r in RIGHTS)):
            for name in ("orders-2", "orders"):
                await cluster.run(str(SCRIPTS / "rotate"), "nats")
                assert cluster.secrets["orders-nats-secret"]["NATS_USER"] == name

        assert not [record for record in caplog.records if "refuses" in record.message]
        after = cluster.secrets["orders-nats-secret"]
        assert before["NATS_USER"] == after["NATS_USER"]
        with pytest.raises(NatsError, match="Authorization Violation"):
            await nats.connect(
                broker.url,
                user=before["NATS_USER"],
                password=before["NATS_PASSWORD"],
                allow_reconnect=False,
            )
        state = (await broker.streams["orders"].info()).state
        # One of each may have been stored whose acknowledgement nobody waited for any more.
        assert 100 < len(broker.published) <= state.messages <= len(broker.published) + len(RIGHTS)
        for stream in broker.streams.values():
            await stream.close()
    broker.running.close()
    assert_nothing_was_shown(cluster)
