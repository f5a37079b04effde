"""Everything that runs, wired together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ticketing_local import binaries
from ticketing_local.data.files import make_folder
from ticketing_local.data.keys import (
    NATS_USERS,
    REDIS_USERS,
    WEBHOOK_SECRET,
    Secrets,
    secrets_of,
)
from ticketing_local.data.ports import LOOPBACK, Ports
from ticketing_local.manifests import Manifests, Route
from ticketing_local.options import Options
from ticketing_local.processes.process import Process
from ticketing_local.servers.mongod import mongod
from ticketing_local.servers.nats import nats
from ticketing_local.servers.nginx import nginx
from ticketing_local.servers.nginx_config import Gateway
from ticketing_local.servers.prometheus import prometheus
from ticketing_local.servers.redis import redis
from ticketing_local.servers.stripe import stripe_fake
from ticketing_local.services import (
    SERVICES,
    Addresses,
    inherited,
    kept_traces,
    replica_set,
    service_process,
    variables,
)


@dataclass(frozen=True, slots=True)
class Stack:
    """The processes, and where the site is."""

    processes: list[Process]
    url: str
    inside_url: str
    """The API over plain http on this machine, also when the site is https."""
    prometheus_url: str | None = None


@dataclass(frozen=True, slots=True)
class Builder:
    """Decides every port and argument, and writes the servers' configurations."""

    options: Options
    manifests: Manifests
    programs: Mapping[binaries.Server, Path]
    ports: Ports
    secrets: Secrets = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)

    def stack(self) -> Stack:
        databases = self._databases()
        stream = nats(
            self.programs[binaries.NATS],
            self._folder("nats"),
            self.ports.of("nats"),
            self.ports.of("nats-monitor"),
            self.manifests.jetstream(self._folder("nats")) + "\n" + self.manifests.nats_users(),
            secrets_of(NATS_USERS, self.secrets),
        )
        jobs = redis(
            self.programs[binaries.REDIS],
            self._folder("redis"),
            self.ports.of("expiration-redis"),
            self.manifests.redis_users(),
            secrets_of(REDIS_USERS, self.secrets),
        )
        inside = self.ports.of("gateway-inside")
        inside_url = f"http://{LOOPBACK}:{inside}"
        stripe = self._stripe(inside_url)
        addresses = Addresses(
            mongo={service: process.port for service, process in databases.items()},
            nats=stream.port,
            redis=jobs.port,
            inside=inside,
            stripe=stripe.port if stripe else None,
        )
        routes = self.manifests.routes()
        routed = {route.service for route in routes}
        services = {
            service: self._replicas(
                service, self.options.replicas * (service in routed) or 1, addresses
            )
            for service in SERVICES
        }
        gateway = self._gateway(routes, services, inside)
        observer = self._prometheus(services) if binaries.PROMETHEUS in self.programs else None
        self.ports.remember()
        return Stack(
            processes=[
                *databases.values(),
                stream,
                jobs,
                *([stripe] if stripe else []),
                *(replica for replicas in services.values() for replica in replicas),
                gateway,
                *([observer] if observer else []),
            ],
            url=self._url(),
            inside_url=inside_url,
            prometheus_url=f"http://{LOOPBACK}:{observer.port}" if observer else None,
        )

    def _databases(self) -> dict[str, Process]:
        """A MongoDB of its own for each service whose manifest names one."""
        return {
            service: mongod(
                f"{service}-mongo",
                self.programs[binaries.MONGOD],
                self._folder(f"mongo/{service}"),
                self.ports.of(f"{service}-mongo"),
                replica_set(declared["MONGO_URI"]),
            )
            for service in SERVICES
            if "MONGO_URI" in (declared := self._declared(service, service))
        }

    def _stripe(self, api: str) -> Process | None:
        if self.options.stripe_key:
            return None
        return stripe_fake(
            self._folder("stripe"),
            self.ports.of("stripe"),
            inherited(self.environ, self._folder("pycache")),
            shop=self._url(),
            api=api,
            webhook_secret=self.secrets[WEBHOOK_SECRET],
        )

    def _replicas(self, service: str, count: int, addresses: Addresses) -> list[Process]:
        names = [service] if count == 1 else [f"{service}-{i + 1}" for i in range(count)]
        return [
            service_process(
                service,
                name,
                self.ports.of(name),
                self.ports.of(f"{name}-metrics"),
                inherited(self.environ, self._folder("pycache")),
                variables(
                    service,
                    self._declared(service, name),
                    addresses,
                    self.options.expiration_window_seconds,
                    self.options.stripe_publishable_key,
                )
                | (kept_traces(self._folder("traces"), name) if self.options.observe else {}),
            )
            for name in names
        ]

    def _prometheus(self, services: Mapping[str, Sequence[Process]]) -> Process:
        program, folder = self.programs[binaries.PROMETHEUS], self._folder("prometheus")
        port = self.ports.of("prometheus")
        return prometheus(program, folder, port, services, self.manifests.alerts())

    def _gateway(
        self, routes: Sequence[Route], services: Mapping[str, Sequence[Process]], inside: int
    ) -> Process:
        certificate = None
        if self.options.https:
            # Only now, as hardly anyone needs it.
            from ticketing_local.certificate import certificate as made

            certificate = made(self._folder("https"), self.manifests.host())
        gateway = Gateway(
            port=self.options.port,
            inside=inside,
            routes=routes,
            upstreams={
                route.service: [replica.port for replica in services[route.service]]
                for route in routes
            },
            certificate=certificate,
            verbose=self.options.verbose,
        )
        return nginx(self.programs[binaries.NGINX], self._folder("nginx"), gateway)

    def _declared(self, service: str, name: str) -> dict[str, str]:
        return self.manifests.environment(service, self.secrets, name)

    def _folder(self, name: str) -> Path:
        return make_folder(self.options.data / name)

    def _url(self) -> str:
        scheme, host = (
            ("https", self.manifests.host()) if self.options.https else ("http", "localhost")
        )
        return f"{scheme}://{host}:{self.options.port}"
