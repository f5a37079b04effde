"""The command, on a data folder of its own and with small stand-ins for the services."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SERVICE = """
import os, signal, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"stand-in")
    def log_message(self, *args):
        pass

signal.signal(signal.SIGTERM, lambda *_: sys.exit())
server = ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler)
print("listening", flush=True)
server.serve_forever(0.05)
"""
NAMES = ("auth", "tickets", "orders", "payments", "expiration", "client", "stripe_fake")


class Environment:
    """A data folder, a port, and the command on them."""

    def __init__(self, folder: Path, port: int) -> None:
        self.data = folder / "data"
        self.port = port
        self.services = folder / "services"
        self.output = folder / "output"
        self.started: list[subprocess.Popen[bytes]] = []
        for name in NAMES:
            package = self.services / f"ticketing_{name}"
            package.mkdir(parents=True)
            (package / "__init__.py").touch()
            (package / "__main__.py").write_text(SERVICE)

    def up(self, *options: str, **environ: str) -> "subprocess.Popen[bytes]":
        """Start the command; what it says goes into a file."""
        with self.output.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "ticketing_local", "up", *options],
                env=os.environ | self._environ() | environ,
                stdout=output,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def fails(self, *options: str, **environ: str) -> str:
        """Start the command, which has to fail; what it says then."""
        process = self.up(*options, **environ)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 1
        return stderr.decode()

    def _environ(self) -> dict[str, str]:
        return {
            "PYTHONPATH": str(self.services),
            "PORT": str(self.port),
            "DATA": str(self.data),
            "DEMO": "0",
        }

    @property
    def state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads((self.data / "state.json").read_text())
        except FileNotFoundError:
            return {"ready": False, "processes": []}
        return state

    def process(self, name: str) -> dict[str, Any]:
        (found,) = (p for p in self.state["processes"] if p["name"] == name)
        return found  # type: ignore[no-any-return]

    def pids(self) -> list[int]:
        return [p["pid"] for p in self.state["processes"] if p["pid"]]
