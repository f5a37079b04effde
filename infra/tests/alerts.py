"""The rules as they are deployed, and what they ask for."""

import re
from typing import Any

import yaml

from infra.tests.asked import Asked, asked
from infra.tests.manifests.cluster import INFRA

RULES: dict[str, Any] = yaml.safe_load((INFRA / "k8s-monitoring/alerts.yaml").read_text())["spec"]
OTHERS = ("certmanager_", "kube_", "kubelet_")  # whose figures are theirs to keep

_ALL = [rule for group in RULES["groups"] for rule in group["rules"]]
_RECORDED = {rule["record"]: rule["expr"] for rule in _ALL if "record" in rule}
_BOUND = re.compile(r"(?:[<>]=?|==) ([\d.]+)(?: \* ([\d.]+))?")
_LE = re.compile(r"\ble=\"([\d.]+)\"")


def alerts() -> dict[str, dict[str, Any]]:
    """By their names, in their order."""
    return {rule["alert"]: rule for rule in _ALL if "alert" in rule}


def recorded() -> set[str]:
    """The names that rules give to what they work out."""
    return set(_RECORDED)


def of_ours() -> set[Asked]:
    """All that the rules ask for of our services."""
    found = asked(rule["expr"] for rule in _ALL)
    return {each for each in found if not each.name.startswith(OTHERS)}


def bounds(alert: str) -> set[float]:
    """The numbers that an alert compares with, as a drawing has them.

    | the rule says | that is |
    |---|---|
    | more than none | 1 or more |
    | 14.4 * 0.001 | 14.4 times a budget of 0.001, whose objective is 0.999 |
    | 36 * 3600 | their product |
    | le="2.5" | 2.5 s |
    """
    rule = alerts()[alert]["expr"]
    found = {float(le) for name in _RECORDED if name in rule for le in _LE.findall(_RECORDED[name])}
    for number, factor in _BOUND.findall(rule):
        if not factor:
            found.add(float(number) or 1.0)
        elif float(factor) < 1:
            found |= {float(number), round(1 - float(factor), 6)}
        else:
            found.add(float(number) * float(factor))
    return found
