"""A client of one's own, beside the stack's: with other settings, or with another API."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from infra.tests.e2e.stack import WINDOW_SECONDS
from ticketing_common.testing.ports import free_port

START_TIMEOUT = 90.0  # seconds, on a busy machine


@contextmanager
def running_client(api_url: str, **variables: str) -> Iterator[str]:
    """Start a client over that API; its address. Its host differs from the stack's, for cookies."""
    port = free_port()
    own = {"HOST": "127.0.0.1", "PORT": str(port), "API_URL": api_url, **variables}
    own["EXPIRATION_WINDOW_SECONDS"] = str(WINDOW_SECONDS)
    command = [sys.executable, "-m", "ticketing_client"]
    process = subprocess.Popen(command, env={**os.environ, **own}, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not _answers(url):
            assert process.poll() is None, "the client did not start"
            assert time.monotonic() < deadline, "the client did not start in time"
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False
