"""What the Kubernetes manifests say, so that it is written down once."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ticketing_local.data.keys import Secrets
from ticketing_local.problems import ProblemError
from ticketing_local.services import SERVICES

_JETSTREAM = re.compile(r"^(jetstream \{.*?store_dir: )\S+(.*?^\})", re.MULTILINE | re.DOTALL)
_REFERENCE = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)")


@dataclass(frozen=True, slots=True)
class Route:
    """Requests whose path is `path`, or below it unless it is exact, go to a service."""

    path: str
    exact: bool
    service: str


class Manifests:
    """The base's Deployments and ConfigMaps, and the routes of the development ingress."""

    def __init__(self, infra: Path) -> None:
        self._base = infra / "k8s"
        self._ingress = infra / "k8s-dev" / "ingress-srv.yaml"
        self._alerts = infra / "k8s-monitoring" / "alerts.yaml"
        if not self._base.is_dir():
            raise ProblemError(f"The manifests are not in {self._base}: run from a whole clone.")
        self._documents = [
            document for path in sorted(self._base.glob("*.yaml")) for document in _load(path)
        ]
        self._config = self._config_maps()

    def host(self) -> str:
        """The name under which the ingress serves the site."""
        (document,) = _load(self._ingress)
        return str(document["spec"]["rules"][0]["host"])

    def routes(self) -> list[Route]:
        """The ingress's routes, in its order. Raises `ProblemError` for one to no service."""
        routes = [
            Route(
                path=path["path"],
                exact=path["pathType"] == "Exact",
                service=path["backend"]["service"]["name"].removesuffix("-srv"),
            )
            for document in _load(self._ingress)
            for rule in document["spec"]["rules"]
            for path in rule["http"]["paths"]
        ]
        for route in routes:
            if route.service not in SERVICES:
                raise ProblemError(
                    f"The ingress sends {route.path} to {route.service}: what is it?"
                )
        return routes

    def jetstream(self, folder: Path) -> str:
        """The NATS configuration's `jetstream` block, with its data in the folder."""
        path = self._base / "nats" / "nats.conf"
        block = _JETSTREAM.search(_read(path))
        if block is None:
            raise ProblemError(f"{path} has no jetstream block with a store_dir.")
        return f"{block[1]}{json.dumps(str(folder))}{block[2]}"

    def nats_users(self) -> str:
        """The NATS configuration's users, whose passwords are variables."""
        return _read(self._base / "nats" / "users.conf")

    def redis_users(self) -> str:
        """Redis' users, as an ACL in which `$NAME` stands for the hash of a password."""
        return _read(self._base / "redis" / "users.acl")

    def alerts(self) -> dict[str, Any]:
        """The rules of Prometheus, as one of its rule files has them."""
        (document,) = _load(self._alerts)
        rules: dict[str, Any] = document["spec"]
        return rules

    def environment(self, service: str, secrets: Secrets, instance: str) -> dict[str, str]:
        """The variables of a service's container, every reference resolved.

        `instance` stands for the pod's name. Raises `ProblemError` for what can't be resolved.
        """
        container = self._container(service)
        values: dict[str, str] = {}
        for source in container.get("envFrom", []):
            values |= self._whole_source(source, service)
        for entry in container.get("env", []):
            value = self._value(entry, service, secrets, instance)
            if value is not None:
                values[entry["name"]] = _expand(value, values)
        return values

    def _container(self, service: str) -> dict[str, Any]:
        for document in self._documents:
            if document["kind"] == "Deployment" and document["metadata"]["name"] == (
                f"{service}-depl"
            ):
                container: dict[str, Any] = document["spec"]["template"]["spec"]["containers"][0]
                return container
        raise ProblemError(f"No manifest in {self._base} declares the Deployment {service}-depl.")

    def _config_maps(self) -> dict[str, dict[str, str]]:
        maps = {
            document["metadata"]["name"]: document.get("data", {})
            for document in self._documents
            if document["kind"] == "ConfigMap"
        }
        for document in self._documents:
            for generator in document.get("configMapGenerator", []):
                lines = list(generator.get("literals", []))
                for name in generator.get("envs", []):
                    lines += _read(self._base / name).splitlines()
                pairs = [line.partition("=") for line in lines if line and line[0] != "#"]
                maps[generator["name"]] = {name: value for name, _, value in pairs}
        return maps

    def _whole_source(self, source: dict[str, Any], service: str) -> dict[str, str]:
        reference = source.get("configMapRef", {})
        if reference.get("name") in self._config:
            prefix = source.get("prefix", "")
            config = self._config[reference["name"]]
            return {prefix + name: str(value) for name, value in config.items()}
        if reference.get("optional"):
            return {}
        raise ProblemError(f"{service}-depl.yaml takes variables from {source}, which is unknown.")

    def _value(
        self, entry: dict[str, Any], service: str, secrets: Secrets, instance: str
    ) -> str | None:
        if "valueFrom" not in entry:
            return str(entry.get("value", ""))
        (kind, reference), *_ = entry["valueFrom"].items()
        found: str | None = None
        if kind == "secretKeyRef":
            found = secrets.get((reference["name"], reference["key"]))
        elif kind == "configMapKeyRef":
            found = self._config.get(reference["name"], {}).get(reference["key"])
        elif kind == "fieldRef":
            found = {"metadata.name": instance, "metadata.namespace": "default"}.get(
                reference["fieldPath"]
            )
        if found is None and not reference.get("optional"):
            raise ProblemError(
                f"{service}-depl.yaml takes {entry['name']} from a {kind} that the laptop"
                f" environment does not know: {reference}."
            )
        return found


def _load(path: Path) -> Iterator[dict[str, Any]]:
    try:
        documents = list(yaml.safe_load_all(_read(path)))
    except yaml.YAMLError as error:
        raise ProblemError(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    yield from (document for document in documents if document)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProblemError(f"The manifest {path} can't be read: {error.strerror}.") from None


def _expand(value: str, known: Mapping[str, str]) -> str:
    """Put in variables named before, as Kubernetes does; `$(UNKNOWN)` stays as it is."""
    return _REFERENCE.sub(lambda match: known.get(match[1], match[0]), value)
