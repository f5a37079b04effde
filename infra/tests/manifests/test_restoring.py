"""infra/k8s-prod/restore, with a kubectl that knows the deployments as they are rendered."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.tests.manifests.cluster import INFRA, Cluster

SCRIPT = INFRA / "k8s-prod/restore"

# Answers from `objects`, and writes down whatever changes something, with its input.
KUBECTL = f"""#!{sys.executable} -S
import json, os, re, sys
here = os.path.dirname(__file__)
objects = json.load(open(here + "/objects.json"))
words = sys.argv[1:]
options = dict(word.split("=", 1) for word in words if word.startswith("--") and "=" in word)
if words[0] == "get" and words[1] in objects:
    found = objects[words[1]]
    for step in re.findall(r"[^.\\[\\]]+", options["--output"].partition("{{")[2].rstrip("}}")):
        found = found[int(step) if step.isdigit() else step]
    print(found if isinstance(found, (str, int)) else json.dumps(found), end="")
elif os.environ["FAILS"] in " ".join(words):
    sys.exit(1)
elif words[0] != "get":
    if "owners" in words:
        print("5f" * 12)
    said = sys.stdin.read() if "-i" in words or "--filename=-" in words else ""
    with open(here + "/done.jsonl", "a") as done:
        done.write(json.dumps([words, said]) + "\\n")
"""

Done = list[tuple[list[str], str]]


@pytest.fixture
def restore(tmp_path: Path, prod: Cluster) -> Callable[[str, int], tuple[int, Done]]:
    """`restore(service, code)`: the script's exit code and what it did, where its pod ends so; for
    auth, where its command does."""
    (tmp_path / "kubectl").write_text(KUBECTL)
    (tmp_path / "kubectl").chmod(stat.S_IRWXU)
    (tmp_path / "dump").write_text("a dump")

    def run(service: str, code: int, fails: str = "nothing") -> tuple[int, Done]:
        deployment = prod.workloads[f"{service}-depl"]
        ended = {"containerStatuses": [{"state": {"terminated": {"exitCode": code}}}]}
        objects = {
            f"deployment/{service}-depl": {"spec": {**deployment["spec"], "replicas": 3}},
            f"pod/{service}-restore": {"status": ended},
        }
        (tmp_path / "objects.json").write_text(json.dumps(objects))
        path = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "FAILS": fails}
        command = [str(SCRIPT), service, str(tmp_path / "dump")]
        ran = subprocess.run(command, env=path, capture_output=True, check=False, timeout=60)
        lines = (tmp_path / "done.jsonl").read_text().splitlines()
        return ran.returncode, [(words, said) for words, said in map(json.loads, lines)]

    return run


def _verbs(done: Done) -> list[str]:
    return [words[0] for words, _ in done]


@pytest.mark.parametrize("code", [0, 3])
def test_the_service_starts_once_it_has_heard(
    restore: Callable[[str, int], tuple[int, Done]], code: int
) -> None:
    """Stopped, put back, told, started: in this order, also where something was left out."""
    ended, done = restore("orders", code)

    assert ended == code
    assert _verbs(done) == [
        *("delete", "scale", "exec"),
        *("create", "logs", "delete"),
        *("scale", "rollout"),
    ]
    assert done[2][1] == "a dump"
    assert [words[-1] for words, _ in done if words[0] == "scale"] == [
        "--replicas=0",
        "--replicas=3",
    ]


@pytest.mark.parametrize("code", [1, 2, 137])
def test_it_stays_stopped_where_it_could_not_hear(
    restore: Callable[[str, int], tuple[int, Done]], code: int
) -> None:
    """An error of ours ends it with 1, and a lack of memory with 137."""
    ended, done = restore("orders", code)

    assert ended == 2
    assert _verbs(done).count("scale") == 1


def test_its_pod_is_the_services_own_but_for_the_command(
    restore: Callable[[str, int], tuple[int, Done]], prod: Cluster
) -> None:
    """With the same image, variables and limits, and never ready: nobody is to ask it anything."""
    _, done = restore("payments", 0)

    pod: dict[str, Any] = next(json.loads(said) for words, said in done if words[0] == "create")
    (container,) = pod["spec"]["containers"]
    own = prod.main("payments-depl").spec
    assert container["command"] == ["ticketing", "restore", "payments"]
    same = ("image", "env", "resources", "securityContext", "volumeMounts")
    assert {name: container[name] for name in same} == {name: own[name] for name in same}
    assert container["readinessProbe"] == {"exec": {"command": ["false"]}}
    template = prod.workloads["payments-depl"]["spec"]["template"]["metadata"]
    assert pod["metadata"]["labels"] == template["labels"]  # by which policies let it go anywhere


def test_accounts_are_asked_for_once_auth_runs(
    restore: Callable[[str, int], tuple[int, Done]],
) -> None:
    """By the ids of all who have tickets or orders, each once."""
    _, done = restore("auth", 0)

    assert _verbs(done) == ["delete", "scale", "exec", "scale", "rollout", "exec", "exec", "exec"]
    words, said = done[-1]
    assert words[-3:] == ["ticketing", "restore", "auth"]
    assert said == "5f" * 12 + "\n"


@pytest.mark.parametrize("command", ["mongorestore", "owners"])
def test_what_fails_is_not_taken_for_done(
    restore: Callable[..., tuple[int, Done]], command: str
) -> None:
    """The dump is no dump, say, or tickets is away just now."""
    ended, _ = restore("auth", 0, fails=command)

    assert ended == 2
