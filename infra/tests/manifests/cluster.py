"""What an overlay declares, easy to ask questions about."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
INFRA = ROOT / "infra"
SERVICES = ("auth", "tickets", "orders", "payments", "expiration", "client")
STORED = ("auth", "tickets", "orders", "payments")  # services with a MongoDB of their own
WORKLOADS = ("Deployment", "StatefulSet", "Job", "CronJob")

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Container:
    """One container of a pod; `sidecar` means that it runs as long as the pod does."""

    workload: str
    spec: Manifest
    sidecar: bool = False

    @property
    def name(self) -> str:
        return str(self.spec["name"])

    def __str__(self) -> str:
        return f"{self.workload}/{self.name}"

    @property
    def environment(self) -> dict[str, Manifest]:
        return {entry["name"]: entry for entry in self.spec.get("env", [])}

    def value(self, variable: str) -> str:
        return str(self.environment[variable]["value"])


class Cluster:
    def __init__(self, manifests: list[Manifest]) -> None:
        self.manifests = manifests

    @classmethod
    def rendered(cls, folder: Path) -> "Cluster":
        """As `kubectl kustomize` puts it together."""
        command = [kubectl() or "kubectl", "kustomize", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert not done.stderr, f"a warning: {done.stderr}"
        return cls([document for document in yaml.safe_load_all(done.stdout) if document])

    def kind(self, kind: str) -> dict[str, Manifest]:
        """All of a kind, by name."""
        return {m["metadata"]["name"]: m for m in self.manifests if m["kind"] == kind}

    @cached_property
    def workloads(self) -> dict[str, Manifest]:
        return {name: m for kind in WORKLOADS for name, m in self.kind(kind).items()}

    def pod(self, workload: str) -> Manifest:
        """The pod template of a workload."""
        spec: Manifest = self.workloads[workload]["spec"]
        template: Manifest = spec.get("jobTemplate", {}).get("spec", spec)["template"]
        return template

    def labels(self, workload: str) -> dict[str, str]:
        labels: dict[str, str] = self.pod(workload)["metadata"]["labels"]
        return labels

    def containers(self, workload: str | None = None) -> Iterator[Container]:
        """All containers, of one workload or of all, those that only run first included."""
        for name in [workload] if workload else self.workloads:
            pod = self.pod(name)["spec"]
            for spec in pod.get("initContainers", []):
                yield Container(name, spec, sidecar=spec.get("restartPolicy") == "Always")
            for spec in pod["containers"]:
                yield Container(name, spec)

    def main(self, workload: str) -> Container:
        """The container a workload is there for."""
        return Container(workload, self.pod(workload)["spec"]["containers"][0])

    def selected_by(self, selector: Manifest) -> list[str]:
        """The workloads whose pods a label selector takes."""
        return [name for name in self.workloads if matches(selector, self.labels(name))]

    @property
    def routes(self) -> list[tuple[str, str, int]]:
        """Path prefix, service and port of the ingress, in its order."""
        (ingress,) = self.kind("Ingress").values()
        return [
            (path["path"], backend["name"], backend["port"]["number"])
            for rule in ingress["spec"]["rules"]
            for path in rule["http"]["paths"]
            if path["pathType"] == "Prefix" and (backend := path["backend"]["service"])
        ]


def matches(selector: Manifest, labels: dict[str, str]) -> bool:
    """Whether a Kubernetes label selector (matchLabels, matchExpressions with In) takes a pod."""
    wanted: dict[str, str] = selector.get("matchLabels", {})
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    for expression in selector.get("matchExpressions", []):
        assert expression["operator"] == "In", "no other operator is in use"
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    return True


def kubectl() -> str | None:
    """`make check-infra` puts it on the PATH, or into an environment of its own."""
    return shutil.which("kubectl") or shutil.which("kubectl", path=str(ROOT / ".venv-infra/bin"))


UNITS = {"MB": 2**20, "GB": 2**30, "Mi": 2**20, "Gi": 2**30}


def size(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(\w\w)", text).groups()  # type: ignore[union-attr]
    return int(number) * UNITS[unit]
