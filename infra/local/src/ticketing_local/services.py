"""The services of the marketplace, with the variables that their manifests name."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

from ticketing_local.data.ports import LOOPBACK
from ticketing_local.options import OWN_VARIABLES
from ticketing_local.processes.process import Process, Stage
from ticketing_local.processes.readiness import http_ok

SERVICES = ("auth", "tickets", "orders", "payments", "expiration", "client")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where this machine runs what the manifests name by their cluster's names."""

    mongo: Mapping[str, int]  # ports by service
    nats: int
    redis: int
    inside: int  # the gateway's port for the client service
    stripe: int | None  # None for the real Stripe


def variables(
    service: str,
    declared: Mapping[str, str],
    addresses: Addresses,
    expiration_window_seconds: int,
    stripe_publishable_key: str | None,
) -> dict[str, str]:
    """The variables that the manifest declares, with the addresses of this machine."""
    local = {
        "NATS_URL": f"nats://{LOOPBACK}:{addresses.nats}",
        "REDIS_HOST": LOOPBACK,
        "API_URL": f"http://{LOOPBACK}:{addresses.inside}",
        "EXPIRATION_WINDOW_SECONDS": str(expiration_window_seconds),
    }
    result = {name: local.get(name, value) for name, value in declared.items()}
    if "MONGO_URI" in declared:
        result["MONGO_URI"] = _elsewhere(declared["MONGO_URI"], addresses.mongo[service])
    if "REDIS_HOST" in declared:
        result["REDIS_PORT"] = str(addresses.redis)
    if "STRIPE_KEY" in declared and addresses.stripe is not None:
        result["STRIPE_API_BASE"] = f"http://{LOOPBACK}:{addresses.stripe}"
    if service == "client" and addresses.stripe is not None:
        page = "/_fake/payment_intents/{intent}/authentication"
        result["STRIPE_TEST_BANK_URL"] = f"http://{LOOPBACK}:{addresses.stripe}{page}"
    if service in ("client", "payments") and stripe_publishable_key:
        result["STRIPE_PUBLISHABLE_KEY"] = stripe_publishable_key
    return result


def replica_set(mongo_uri: str) -> str:
    """The name that a URI gives its replica set."""
    return parse_qs(urlsplit(mongo_uri).query).get("replicaSet", ["rs0"])[0]


def inherited(environ: Mapping[str, str], pycache: Path) -> dict[str, str]:
    """The user's environment, such as LOG_LEVEL, without what was meant for us."""
    inherited = {name: value for name, value in environ.items() if name not in OWN_VARIABLES}
    if inherited.pop("PYTHONDONTWRITEBYTECODE", ""):
        # Nothing beside the sources then; but compiling it all takes half of a start.
        inherited["PYTHONPYCACHEPREFIX"] = str(pycache)
    return inherited


def kept_traces(folder: Path, name: str) -> dict[str, str]:
    """What lets a replica keep its spans; nearly at once, for who looks at them."""
    file = folder / f"{name}.jsonl"
    return {"TRACES_FILE": str(file), "OTEL_BSP_SCHEDULE_DELAY": "200"}  # milliseconds


def service_process(
    service: str,
    name: str,
    port: int,
    metrics_port: int,
    environ: Mapping[str, str],
    own: Mapping[str, str],
) -> Process:
    """One replica of a service; `environ` is the user's, `own` what the service is told."""
    return Process(
        name=name,
        # -P: no folder of the working directory may pass for a package.
        argv=(sys.executable, "-P", "-m", f"ticketing_{service}"),
        env={
            **environ,
            "PYTHONUNBUFFERED": "1",
            **own,
            "HOST": LOOPBACK,
            "PORT": str(port),
            "METRICS_PORT": str(metrics_port),
        },
        port=port,
        stage=Stage.SERVICE,
        ready=http_ok(port, "/readyz"),
        alive=http_ok(port, "/healthz"),
    )


def _elsewhere(uri: str, port: int) -> str:
    """The same database with the same guarantees, on this machine."""
    return urlunsplit(urlsplit(uri)._replace(netloc=f"{LOOPBACK}:{port}"))
