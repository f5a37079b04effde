"""One list of images: recipes, manifests, skaffold and pipelines name the same ones."""

import re
import tomllib
from typing import Any

import pytest
import yaml

from infra.tests.manifests.cluster import INFRA, ROOT, SERVICES, Cluster
from infra.tests.manifests.images import IMAGES, recipe


@pytest.fixture(scope="module")
def registry() -> str:
    """Where production's images are kept, as its kustomization says."""
    overlay = yaml.safe_load((INFRA / "k8s-prod" / "kustomization.yaml").read_text())
    (prefix,) = {image["newName"].rpartition("/")[0] for image in overlay["images"]}
    return str(prefix)


def ours(cluster: Cluster, prefix: str) -> set[str]:
    """The names of those images that are made here, without registry and tag."""
    images = {container.spec["image"] for container in cluster.containers()}
    return {image.removeprefix(prefix).split(":")[0] for image in images if prefix in image}


def test_every_image_is_named_alike_everywhere(
    dev: Cluster, prod: Cluster, registry: str, skaffold: dict[str, Any]
) -> None:
    """Manifests, skaffold and its production profile, the reusable workflow and `make images`."""
    assert ours(dev, "ticketing/") == set(IMAGES)
    assert ours(prod, f"{registry}/") == set(SERVICES)
    built = {a["image"]: a["docker"]["dockerfile"] for a in skaffold["build"]["artifacts"]}
    assert built == {f"ticketing/{n}": f"{folder}/Dockerfile" for n, folder in IMAGES.items()}
    (pushed,) = [p["build"]["artifacts"] for p in skaffold["profiles"] if p["name"] == "prod"]
    assert {a["image"] for a in pushed} == {f"{registry}/{name}" for name in SERVICES}
    workflow = (ROOT / ".github/workflows/service.yaml").read_text()
    assert f"IMAGE: {registry}/${{{{ inputs.service }}}}" in workflow
    assert f"registry: {registry.split('/')[0]}\n" in workflow
    assert " ".join(IMAGES) in (ROOT / "infra/images/build").read_text()


def test_every_third_party_image_has_one_version(dev: Cluster, prod: Cluster) -> None:
    """Pinned to a patch release, the same one wherever it is used."""
    versions: dict[str, set[str]] = {}
    for container in [*dev.containers(), *prod.containers()]:
        if "ticketing/" not in container.spec["image"]:
            name, _, tag = container.spec["image"].partition(":")
            assert re.match(r"\d+\.\d+\.\d+", tag), container
            versions.setdefault(name, set()).add(tag)
    assert {name: len(tags) for name, tags in versions.items()} == {
        "mongo": 1,
        "nats": 1,
        "redis": 1,
    }


def test_every_recipe_starts_from_one_python(skaffold: dict[str, Any]) -> None:
    """The Dockerfiles' default, the base `make images` looks for, and skaffold's check agree."""
    defaults = {re.search(r"^ARG PYTHON_IMAGE=(\S+)", recipe(f), re.M) for f in IMAGES.values()}
    (python,) = {default[1] for default in defaults if default}
    assert f"official=docker.io/library/{python}\n" in (INFRA / "images" / "base").read_text()
    assert skaffold["verify"][0]["container"]["image"] == python


def test_recipes_differ_in_nothing_but_the_service() -> None:
    """Six Dockerfiles, one text; the fake's is the same without the common package."""

    def without_name(name: str, folder: str) -> str:
        text = recipe(folder).partition("\n")[2].replace(folder, "FOLDER").replace(name, "NAME")
        text = text.replace("FOLDER", "NAME")
        for common in ("COPY common/ /source/common/\n", '"/source/common", ', "common/src "):
            text = text.replace(common, "")
        return text.replace('"ticketing-common", ', "").replace(name.replace("-", "_"), "NAME")

    texts = {without_name(name, folder) for name, folder in IMAGES.items()}
    assert len(texts) == 1


@pytest.mark.parametrize("folder", IMAGES.values())
def test_recipes_build_what_was_pinned_and_run_as_nobody_in_particular(folder: str) -> None:
    """No shell, no heredoc, no --link; hashes and wheels; a user whom the manifests agree with."""
    text = recipe(folder)
    steps = [line for line in text.splitlines() if line.startswith("RUN")]
    assert all(step.startswith("RUN [") for step in steps)
    assert not [word for word in ("<<", "--link", "--mount", "ADD ") if word in text]
    installs = [step for step in steps if "/pins/" in step]
    assert all("--require-hashes" in step for step in installs)
    assert set(re.findall(r"^FROM (\S+)", text, re.M)) == {"${PYTHON_IMAGE}", "build", "run"}
    assert set(re.findall(r"^USER (\S+)", text, re.M)) == {"10001:10001"}
    assert re.findall(r"^FROM run AS (\w+)", text, re.M) == ["dev", "prod"]


def test_pods_run_as_the_user_their_image_is_made_for(cluster: Cluster) -> None:
    """10001 in both, so that a changed source may be replaced by `skaffold dev`."""
    for workload in cluster.kind("Deployment"):
        context = cluster.pod(workload)["spec"]["securityContext"]
        assert (context["runAsUser"], context["runAsGroup"]) == (10001, 10001)


def test_everything_a_recipe_copies_is_let_in() -> None:
    """.dockerignore excludes all but what the Dockerfiles copy."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    wanted = {
        "common/pyproject.toml",
        "common/src",
        "infra/images/build.txt",
        "infra/images/dev.txt",
    }
    for folder in IMAGES.values():
        wanted |= {f"{folder}/{name}" for name in ("pyproject.toml", "requirements.txt", "src")}
    assert let_in == wanted
    assert all((ROOT / path).exists() for path in wanted)


def test_every_package_is_set_up_and_pinned() -> None:
    """Whatever has a pyproject.toml is installed by `make setup`, and pinned if it is an image."""
    files = [*ROOT.glob("*/pyproject.toml"), *INFRA.glob("*/pyproject.toml")]
    packages = {str(file.parent.relative_to(ROOT)) for file in files}
    setup, pins = (INFRA / "setup").read_text(), (INFRA / "pins").read_text()
    (installed,) = re.findall(r'^packages="(.+)"$', setup, re.M)
    assert set(installed.split()) == packages
    (pinned,) = re.findall(r"^for package in (.+); do$", pins, re.M)
    assert set(pinned.split()) == set(IMAGES.values())
    ours = {tomllib.loads(file.read_text())["project"]["name"] for file in files}
    assert set(re.findall(r"--no-emit-package (\S+)", pins)) == ours
    assert f"\nSERVICES := {' '.join(SERVICES)}\n" in (ROOT / "Makefile").read_text()
