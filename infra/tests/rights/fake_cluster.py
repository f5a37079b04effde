"""A cluster as far as our scripts know it: Secrets, and what becomes of a restart and an exec."""

import asyncio
import base64
import json
import os
import stat
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml

KUBECTL = f"""#!{sys.executable} -S
import json, socket, sys
with socket.socket(socket.AF_UNIX) as cluster:
    cluster.connect(__file__ + ".sock")
    said = sys.stdin.read() if "-i" in sys.argv else ""
    cluster.sendall(json.dumps([sys.argv[1:], said]).encode() + b"\\n")
    code, out = json.loads(cluster.makefile().readline())
sys.stdout.write(out)
sys.exit(code)
"""

Restart = Callable[[str], Awaitable[None]]
Exec = Callable[[list[str], str], Awaitable[str]]


class FakeCluster:
    """`restart` is told each workload that is started anew, `exec` each command and its input."""

    def __init__(self, folder: Path, restart: Restart, exec: Exec) -> None:
        self.secrets: dict[str, dict[str, str]] = {}
        self.restart = restart
        self.exec = exec
        self.arguments: list[str] = []
        self._kubectl = folder / "kubectl"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._kubectl.write_text(KUBECTL)
        self._kubectl.chmod(stat.S_IRWXU)
        server = await asyncio.start_unix_server(self._answer, f"{self._kubectl}.sock")
        async with server:
            yield

    async def run(self, *command: str) -> None:
        """Run a script to its end."""
        path = f"{self._kubectl.parent}:{os.environ['PATH']}"
        process = await asyncio.create_subprocess_exec(
            *command, env={**os.environ, "PATH": path}, stderr=asyncio.subprocess.PIPE
        )
        _, said = await process.communicate()
        assert process.returncode == 0, said.decode()

    async def _answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        words, said = json.loads(await reader.readline())
        self.arguments += words
        try:
            answer = [0, await self._do(words, said)]
        except Exception as error:  # noqa: BLE001 - the script is told, and the test by it
            answer = [1, repr(error)]
        writer.write(json.dumps(answer).encode() + b"\n")
        writer.close()

    async def _do(self, words: list[str], said: str) -> str:
        options = dict(
            word.lstrip("-").split("=", 1)
            for word in words
            if word.startswith("--") and "=" in word
        )
        match words:
            case ["get", "secret", name, "--ignore-not-found", "--output=name"]:
                return f"secret/{name}\n" if name in self.secrets else ""
            case ["get", "secret", name, _]:
                key = options["output"].removeprefix("jsonpath={.data.").removesuffix("}")
                assert "." not in key.replace("\\.", ""), "kubectl takes it for a path"
                value = self.secrets[name].get(key.replace("\\.", "."), "")
                return base64.b64encode(value.encode()).decode()
            case ["create", "secret", "generic", name, *_]:
                files = [Path(w.partition("=")[2]) for w in words if w.startswith("--from-file=")]
                assert name not in self.secrets
                self.secrets[name] = {file.name: file.read_text() for file in files}
            case ["patch", "secret", name, "--type=merge", _]:
                patch = _read(options["patch-file"])
                for key, value in patch["data"].items():
                    self.secrets[name][key] = base64.b64decode(value).decode()
            case ["rollout", "restart", workload]:
                await self.restart(workload)
            case ["rollout", "status", *_]:
                pass
            case ["exec", "-i", _, "--", *command]:
                return await self.exec(command, said)
            case _:
                raise AssertionError(f"what is kubectl {words}?")
        return ""


def _read(path: str) -> Any:
    return yaml.safe_load(Path(path).read_text())


@asynccontextmanager
async def working(*work: object) -> AsyncIterator[None]:
    """All of it goes on meanwhile, without an error."""
    tasks = [asyncio.ensure_future(each) for each in work]  # type: ignore[call-overload]
    try:
        yield
        assert not [task for task in tasks if task.done()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def assert_nothing_was_shown(cluster: FakeCluster) -> None:
    """No password was an argument of a process."""
    values = [value for secret in cluster.secrets.values() for value in secret.values()]
    passwords = [value for value in values if len(value) == 65]
    assert passwords
    assert not [each for each in passwords for word in cluster.arguments if each in word]
