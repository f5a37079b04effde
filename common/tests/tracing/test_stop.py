"""A process that is told to stop."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from ticketing_common.testing.ports import free_port

SERVICE = """
from fastapi import APIRouter
from ticketing_common.lifecycle import run
from ticketing_common.routing import Route
from ticketing_common.service import create_service
from ticketing_common.settings import Settings

router = APIRouter(route_class=Route)

@router.get("/notes")
async def notes() -> list[str]:
    return []

run("test", Settings, lambda settings: create_service(settings, routers=[router]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_exports_what_waits(tmp_path: Path, number: signal.Signals) -> None:
    """Spans are sent every few seconds: those of the last ones are not lost with a rollout."""
    port, file = free_port(), tmp_path / "traces.jsonl"
    told = {"HOST": "127.0.0.1", "PORT": str(port), "TRACES_FILE": str(file)}
    never = {"OTEL_BSP_SCHEDULE_DELAY": "3600000"}  # milliseconds
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE, env={**os.environ, **told, **never}
    )
    try:
        async with asyncio.timeout(60), httpx.AsyncClient(timeout=30, verify=False) as http:
            while not await _asked(http, f"http://127.0.0.1:{port}/notes"):
                await asyncio.sleep(0.05)
        assert file.read_text() == ""
        service.send_signal(number)
        async with asyncio.timeout(60):
            await service.wait()
    finally:
        if service.returncode is None:
            service.kill()

    assert "GET /notes" in file.read_text()


async def _asked(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).status_code == 200
    except httpx.ConnectError:
        return False
