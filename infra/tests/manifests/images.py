"""The images that are made here, and their recipes."""

from infra.tests.manifests.cluster import ROOT, SERVICES

IMAGES = {**{service: service for service in SERVICES}, "stripe-fake": "infra/stripe-fake"}


def recipe(folder: str) -> str:
    return (ROOT / folder / "Dockerfile").read_text()
