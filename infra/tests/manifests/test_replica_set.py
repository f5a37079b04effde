"""The replica set's helper on real members, each in a network of its own as pods are.

Takes minutes, root and `ip`, so it runs only where MONGOSH names a mongosh (npm has one):

    MONGOSH=mongosh pytest infra/tests/manifests/test_replica_set.py
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from infra.tests.manifests.cluster import INFRA
from ticketing_local.binaries import MONGOD, find

MONGOSH = shutil.which(os.environ.get("MONGOSH", "no such program"))
SCRIPT = INFRA / "k8s" / "mongo" / "replica-set.js"
SECRETS = {"MONGO_PASSWORD": "the-service", "MONGO_ROOT_PASSWORD": "the-root"}
DOMAIN = "ticketing.svc.cluster.local"
BOUND = 90  # seconds for a replica set to settle

pytestmark = pytest.mark.skipif(
    not (MONGOSH and shutil.which("ip") and os.geteuid() == 0),
    reason="needs root, ip, and MONGOSH to name a mongosh",
)


class Pods:
    """Three hosts named as the StatefulSet's pods are, a mongod on each once it is started."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.options = folder, options
        self.id = f"rs{os.getpid()}"
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        ip(f"link add {self.id} type bridge")
        ip(f"link set {self.id} up")
        for n in range(3):
            ip(f"netns add {self.id}-{n}")
            ip(f"link add {self.id}-{n} type veth peer name eth0 netns {self.id}-{n}")
            ip(f"link set {self.id}-{n} master {self.id} up")
            ip(f"-n {self.id}-{n} addr add 10.99.0.{n + 1}/24 dev eth0")
            ip(f"-n {self.id}-{n} link set eth0 up")
            ip(f"-n {self.id}-{n} link set lo up")
            # `ip netns exec` shows it as /etc/hosts.
            Path(f"/etc/netns/{self.id}-{n}").mkdir(parents=True)
            self.names(n, dns=True)

    def names(self, n: int, *, dns: bool) -> None:
        """What a pod can resolve: itself, as the kubelet writes it; others while DNS answers."""
        hosts = f"127.0.0.1 localhost\n10.99.0.{n + 1} {host(n)}.{DOMAIN} auth-mongo-depl-{n}\n"
        if dns:
            hosts += "".join(f"10.99.0.{i + 1} {host(i)}.{DOMAIN} {host(i)}\n" for i in range(3))
        Path(f"/etc/netns/{self.id}-{n}/hosts").write_text(hosts)

    def start(self, n: int) -> None:
        data = self.folder / str(n)
        data.mkdir(exist_ok=True)
        self.processes[n] = subprocess.Popen(
            [
                *self.inside(n),
                *(find(MONGOD, os.environ), "--replSet=rs0", "--bind_ip_all", f"--dbpath={data}"),
                *("--wiredTigerCacheSizeGB=0.25", f"--unixSocketPrefix={data}", *self.options),
            ],
            stdout=subprocess.DEVNULL,
        )

    def stop(self, n: int) -> None:
        process = self.processes.pop(n)
        process.terminate()
        process.wait(BOUND)

    def settle(self, *members: int, replicas: int, secrets: Mapping[str, str]) -> None:
        """Run the helpers beside these members until each is content, or fail."""
        helpers = []
        for n in members:
            variables = {"APP": "auth-mongo", "HOSTNAME": f"auth-mongo-depl-{n}"}
            variables |= {"REPLICAS": str(replicas), "MONGO_DATABASE": "auth", **secrets}
            command = [str(MONGOSH), "--quiet", "--norc", "--nodb", str(SCRIPT)]
            helpers.append(
                subprocess.Popen([*self.inside(n), *command], env={**os.environ, **variables})
            )
        assert [helper.wait(BOUND) for helper in helpers] == [0] * len(members)

    def ask(self, question: str, credentials: str = "", members: int = 3) -> str:
        """What the set answers, asked as the service would from another host."""
        hosts = ",".join(host(n) for n in range(members))
        uri = f"mongodb://{credentials}{hosts}/auth?replicaSet=rs0&w=majority&journal=true"
        command = [*self.inside(0), str(MONGOSH), "--quiet", "--norc", uri, "--eval", question]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=BOUND)
        return (done.stdout + done.stderr).strip()

    def inside(self, n: int) -> list[str]:
        return ["ip", "netns", "exec", f"{self.id}-{n}"]

    def close(self) -> None:
        for n in list(self.processes):
            self.stop(n)
        for n in range(3):
            ip(f"netns del {self.id}-{n}")
            shutil.rmtree(f"/etc/netns/{self.id}-{n}")
        ip(f"link del {self.id}")


def host(n: int) -> str:
    """A member as the services' URIs name it."""
    return f"auth-mongo-depl-{n}.auth-mongo-srv"


def ip(arguments: str) -> None:
    subprocess.run(["ip", *arguments.split()], check=True)


@pytest.fixture
def open_pods(tmp_path: Path) -> Iterator[Pods]:
    pods = Pods(tmp_path)
    yield pods
    pods.close()


@pytest.fixture
def locked_pods(tmp_path: Path) -> Iterator[Pods]:
    (tmp_path / "KEYFILE").write_text("a" * 100)
    (tmp_path / "KEYFILE").chmod(0o400)
    pods = Pods(tmp_path, f"--keyFile={tmp_path}/KEYFILE")
    yield pods
    pods.close()


@pytest.mark.timeout(400)
def test_three_members_make_one_set_with_passwords_and_take_back_a_lost_one(
    locked_pods: Pods,
) -> None:
    """Started at once, they agree; the service may use its own database only; an emptied first
    member joins again instead of starting a second set; a new password needs no primary's helper.
    """
    for n in range(3):
        locked_pods.start(n)
    locked_pods.settle(0, 1, 2, replicas=3, secrets=SECRETS)
    count = "db.users.insertOne({}); print(db.users.countDocuments())"
    assert locked_pods.ask(count, "auth:the-service@") == "1"
    elsewhere = "db.getSiblingDB('orders').orders.insertOne({})"
    assert "not authorized" in locked_pods.ask(elsewhere, "auth:the-service@")
    assert "requires authentication" in locked_pods.ask(count)

    locked_pods.stop(0)
    shutil.rmtree(locked_pods.folder / "0")
    locked_pods.start(0)
    locked_pods.settle(0, replicas=3, secrets=SECRETS)
    assert locked_pods.ask(count, "auth:the-service@") == "2"

    # A new password, as a rolling update brings it: to one member at a time, the last one first.
    new_password = SECRETS | {"MONGO_PASSWORD": "another"}
    for n in (2, 1, 0):
        locked_pods.settle(n, replicas=3, secrets=new_password)
        assert locked_pods.ask("print(db.users.countDocuments())", "auth:another@") == "2"


@pytest.mark.timeout(400)
def test_a_set_of_one_grows_to_three(open_pods: Pods) -> None:
    """As from development's size to production's: the data stays, and there are three hosts."""
    open_pods.start(0)
    open_pods.settle(0, replicas=1, secrets={})
    open_pods.ask("db.users.insertOne({})", members=1)

    open_pods.start(1)
    open_pods.start(2)
    open_pods.settle(0, 1, 2, replicas=3, secrets={})

    assert open_pods.ask("print(db.hello().hosts.length, db.users.countDocuments())") == "3 1"


@pytest.mark.timeout(400)
def test_a_lone_member_comes_back_while_dns_does_not_know_it(open_pods: Pods) -> None:
    """A replaced pod has another address, which DNS learns later: it is primary again anyway."""
    open_pods.start(0)
    open_pods.settle(0, replicas=1, secrets={})
    open_pods.ask("db.users.insertOne({})", members=1)

    open_pods.stop(0)
    open_pods.names(0, dns=False)
    open_pods.start(0)
    open_pods.settle(0, replicas=1, secrets={})
    open_pods.names(0, dns=True)

    assert open_pods.ask("print(db.users.countDocuments())", members=1) == "1"
