"""`python -m infra.tests.chaos.launch DATA`: `ticketing up`, with the harness's proxies in between.

The stack is the laptop environment's own. Changed are: stores are reached through proxies, the
orders service has a MongoDB set of three members, expiration has two replicas as well, and the
client service, which only calls the API, stays out.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from infra.tests.chaos.plan import REPLICAS, SERVICES, Plan, members
from infra.tests.chaos.upgrade import let_strangers_in
from ticketing_local.binaries import SERVERS, find, require_runs
from ticketing_local.data.files import make_folder
from ticketing_local.data.keys import known_secrets
from ticketing_local.data.lock import only_instance
from ticketing_local.data.ports import Ports
from ticketing_local.harness import UNLIMITED
from ticketing_local.manifests import Manifests
from ticketing_local.options import Options
from ticketing_local.processes.process import Probe, Process
from ticketing_local.processes.readiness import http_ok
from ticketing_local.run import run
from ticketing_local.servers.mongo_command import admin_command
from ticketing_local.stack import Builder, Stack

INFRA = Path(__file__).resolve().parents[2]
REPLICA = Path(__file__).with_name("replica.py")
# Hashing as in production would take both cores for the first ten seconds.
QUICK_PASSWORDS = {"SCRYPT_N": "1024", "SCRYPT_P": "1"}
# What Stripe does days later has to happen within a run.
QUICK_STRIPE = {"REFUND_SECONDS": "2", "DISPUTE_SECONDS": "2", "WEBHOOK_RETRY_SECONDS": "0.3"}
SETTINGS = {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500}


def main() -> None:
    data = Path(sys.argv[1])
    plan = Plan.read(data)
    threading.Thread(target=_end_with_the_harness, daemon=True).start()
    options = Options(
        port=plan.port,
        data=data,
        expiration_window_seconds=plan.window,
        demo=False,
        replicas=REPLICAS,
        json_ready=data / "ready.json",
    )
    with only_instance(data, os.getpid()):
        programs = {server: find(server, os.environ) for server in SERVERS}
        with ThreadPoolExecutor() as pool:
            list(pool.map(require_runs, programs, programs.values()))
        ports = Ports(data / "ports.json", reserved=plan.port)
        builder = Builder(
            options=options,
            manifests=Manifests(INFRA),
            programs=programs,
            ports=ports,
            secrets=known_secrets(data / "secrets.json", None),
            environ={**os.environ, **UNLIMITED, **QUICK_PASSWORDS},
        )
        stack = builder.stack()
        if plan.strangers:
            let_strangers_in(data)
        change = _Change(plan, data, ports)
        changed = replace(stack, processes=list(change.processes(stack)))
        ports.remember()
        asyncio.run(run(changed, options, sys.stdout))


class _Change:
    def __init__(self, plan: Plan, data: Path, ports: Ports) -> None:
        self.plan = plan
        self.data = data
        self.ports = ports
        self.member_ports = {name: ports.of(name) for name in members()}

    def processes(self, stack: Stack) -> Iterator[Process]:
        for process in stack.processes:
            service = process.name.split("-")[0]
            if process.name == "orders-mongo":
                yield from self._members(process)
            elif service == "client":
                continue
            elif process.name == "expiration":
                for number in range(REPLICAS):
                    name = f"expiration-{number + 1}"
                    yield self._service(service, self._copy(process, name))
            elif service in SERVICES and "PORT" in process.env:
                yield self._service(service, process)
            elif service == "stripe":
                silence = {"WEBHOOK_URL": ""} if self.plan.silent else {}
                yield replace(process, env={**process.env, **QUICK_STRIPE, **silence})
            else:
                yield process

    def _copy(self, process: Process, name: str) -> Process:
        port = self.ports.of(name)
        return replace(
            process,
            name=name,
            port=port,
            env={
                **process.env,
                "PORT": str(port),
                "METRICS_PORT": str(self.ports.of(f"{name}-metrics")),
                "NATS_CLIENT_ID": name,
            },
            ready=http_ok(port, "/readyz"),
            alive=http_ok(port, "/healthz"),
        )

    def _service(self, service: str, process: Process) -> Process:
        env = {**process.env, **self._addresses(service, process)}
        argv = process.argv
        if self.plan.sabotage:
            env["PYTHONPATH"] = str(Path(__file__).resolve().parents[3])
            argv = (*argv[:-1], "infra.tests.chaos.sabotage", self.plan.sabotage, argv[-1])
        if self.plan.versions:
            argv = (argv[0], str(REPLICA), self.plan.versions, process.name, argv[-1])
        return replace(process, env=env, argv=argv)

    def _addresses(self, service: str, process: Process) -> dict[str, str]:
        proxies = self.plan.proxies
        env = {
            "NATS_URL": f"nats://127.0.0.1:{proxies['nats']}",
            "REDIS_PORT": str(proxies["expiration-redis"]),
            "STRIPE_API_BASE": f"http://127.0.0.1:{proxies['stripe']}",
        }
        env = {name: value for name, value in env.items() if name in process.env}
        if "MONGO_URI" in process.env:
            env["MONGO_URI"] = self._mongo_uri(service, process.env["MONGO_URI"])
        return env

    def _mongo_uri(self, service: str, uri: str) -> str:
        parts = urlsplit(uri)
        query = dict(parse_qsl(parts.query))
        if service == "orders":
            netloc = ",".join(f"127.0.0.1:{self.member_ports[name]}" for name in members())
        else:
            netloc = f"127.0.0.1:{self.plan.proxies[f'{service}-mongo']}"
            query["directConnection"] = "true"  # else the driver finds the way past the proxy
        return urlunsplit(parts._replace(netloc=netloc, query=urlencode(query)))

    def _members(self, only: Process) -> Iterator[Process]:
        ports = self.member_ports
        for name, port in ports.items():
            folder = make_folder(self.data / "mongo" / name)
            argv = list(only.argv)
            argv[argv.index("--dbpath") + 1] = str(folder)
            argv[argv.index("--port") + 1] = str(port)
            argv += ["--setParameter", "enableTestCommands=1"]  # for its fail points
            ready = _is_member(port, list(ports.values()))
            yield replace(only, name=name, port=port, argv=tuple(argv), ready=ready)


def _is_member(port: int, ports: list[int]) -> Probe:
    """Whether a member serves in its set, which the first one founds."""

    async def probe() -> bool:
        hello = await admin_command(port, {"hello": 1})
        if "setName" not in hello and port == ports[0]:
            hosts = [{"_id": i, "host": f"127.0.0.1:{each}"} for i, each in enumerate(ports)]
            config = {"_id": "rs0", "members": hosts, "settings": SETTINGS}
            await admin_command(port, {"replSetInitiate": config})
        return bool(hello.get("isWritablePrimary") or hello.get("secondary"))

    return probe


def _end_with_the_harness() -> None:
    """The harness holds our standard input open for as long as it lives."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
