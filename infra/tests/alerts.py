"""The rules as they are deployed, and what they ask for."""

import re
from typing import Any, NamedTuple

import yaml

from infra.tests.manifests.cluster import INFRA

RULES: dict[str, Any] = yaml.safe_load((INFRA / "k8s-monitoring/alerts.yaml").read_text())["spec"]

_ALL = [rule for group in RULES["groups"] for rule in group["rules"]]
_SELECTOR = re.compile(r"\b(ticketing_\w+)(?:\{([^}]*)\})?")
_LABEL = re.compile(r"(\w+)=~?\"")
_BY = re.compile(r"\bby \((\w+)\)")


class Asked(NamedTuple):
    """A sample of ours by its name, and the labels it is picked or kept by."""

    name: str
    labels: frozenset[str]


def alerts() -> dict[str, dict[str, Any]]:
    """By their names, in their order."""
    return {rule["alert"]: rule for rule in _ALL if "alert" in rule}


def asked() -> set[Asked]:
    """All that the rules ask for of our services; what others tell is theirs to keep."""
    return {
        Asked(name, frozenset(_LABEL.findall(labels) + _BY.findall(expression)))
        for expression in (rule["expr"] for rule in _ALL)
        for name, labels in _SELECTOR.findall(expression)
    }
