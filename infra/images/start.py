"""Start an image the way the manifests do, and see that it is well.

    python3 infra/images/start.py docker|buildah IMAGE

As its own non-root user, on a read-only root with a writable /tmp, without capabilities and
without any of its dependencies. Its health endpoint has to answer, and SIGTERM has to end it.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# What each service is told, with nobody at home: a service starts before its dependencies.
NOBODY = "127.0.0.1:9"
ENVIRONMENT = {
    "API_URL": f"http://{NOBODY}",
    "EXPIRATION_WINDOW_SECONDS": "900",
    "JWT_KEY": "for-this-one-start-only-and-nothing-else",
    "MONGO_URI": f"mongodb://{NOBODY}/database?replicaSet=rs0",
    "NATS_CLIENT_ID": "pod",
    "NATS_CLUSTER_ID": "ticketing",
    "NATS_REPLICAS": "1",
    "NATS_URL": f"nats://{NOBODY}",
    "REDIS_HOST": "127.0.0.1",
    "REDIS_PORT": "9",
    "STRIPE_API_BASE": f"http://{NOBODY}",
    "STRIPE_KEY": "sk_test_nobody",
}
PATIENCE = 30.0  # seconds to start, and to stop

CommandLine = Callable[..., list[str]]  # (variables, *command), the image's own where none is given

# Mounts a read-only root with a private /tmp at $0, and becomes user $1 in it, with no way back.
SANDBOX = """
set -eu
root=$0 user=$1; shift
mount --bind "$root" "$root"
mount --bind /dev "$root/dev"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o nosuid,nodev,size=64m tmpfs "$root/tmp"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" \
    env --chdir=/app -i "$@"
"""
# Run inside: who am I, and can I write outside /tmp?
INSIDE = """
import errno, os
assert os.getuid() >= 10000, os.getuid()
open("/tmp/written", "w").close()
try:
    open("/app/written", "w")
except OSError as error:
    assert error.errno == errno.EROFS, error
else:
    raise SystemExit("the root file system can be written to")
"""


@contextmanager
def docker(image: str) -> Iterator[CommandLine]:
    """How to run the image, or another command in it, with docker."""
    run = [
        "docker",
        "run",
        "--rm",
        "--read-only",
        "--tmpfs=/tmp",
        "--cap-drop=ALL",
        "--network=host",
        "--security-opt=no-new-privileges",
    ]
    yield lambda variables, *command: [
        *run,
        *(f"--env={name}={value}" for name, value in variables.items()),
        image,
        *command,
    ]


@contextmanager
def buildah(image: str) -> Iterator[CommandLine]:
    """The same with util-linux, on the file system that buildah mounts."""
    config = json.loads(output("buildah", "inspect", "--type=image", image))["OCIv1"]["config"]
    container = output("buildah", "from", image)
    try:
        root = output("buildah", "mount", container)
        yield lambda variables, *command: [
            *["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c"],
            SANDBOX,
            root,
            config["User"],
            *config["Env"],
            *(f"{name}={value}" for name, value in variables.items()),
            *(command or config["Cmd"]),
        ]
    finally:
        output("buildah", "rm", container)


def output(*command: str) -> str:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def terminate(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the service itself: `unshare` does not pass it on, `docker` does."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for pid in [int(child) for child in children] or [process.pid]:
        os.kill(pid, signal.SIGTERM)


def check(command_line: CommandLine) -> float:
    """Seconds until it was healthy; raises `SystemExit` with its log where it never was."""
    port = free_port()
    variables = ENVIRONMENT | {"HOST": "127.0.0.1", "PORT": str(port)}
    subprocess.run(command_line(variables, "python", "-c", INSIDE), check=True)
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command_line(variables), stdout=log, stderr=log)
        try:
            while not healthy(port):
                if process.poll() is not None or time.monotonic() > begun + PATIENCE:
                    log.seek(0)
                    raise SystemExit(f"not well:\n{log.read()}")
                time.sleep(0.05)
            return time.monotonic() - begun
        finally:
            terminate(process)
            process.wait(PATIENCE)


def main(engine: str, image: str) -> None:
    with {"docker": docker, "buildah": buildah}[engine](image) as command_line:
        seconds = check(command_line)
    print(f"images: {image} is well after {seconds:.1f} s, as non-root on a read-only root")


if __name__ == "__main__":
    main(*sys.argv[1:])
