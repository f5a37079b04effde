"""The public API as a user reaches it: through the gateway, with a cookie."""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from infra.tests.chaos.journal import JSON, Journal

TIMEOUT = 4.0  # seconds; users give up sooner than servers


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0: none came, and whether it was done is not known."""

    status: int
    body: Any = None

    @property
    def message(self) -> str:
        return str(self.body["errors"][0]["message"]) if isinstance(self.body, dict) else ""


class Api:
    """Asks, and writes down what was answered."""

    def __init__(self, url: str, journal: Journal) -> None:
        self.journal = journal
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
        self._http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT, limits=limits, verify=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, method: str, path: str, cookie: str = "", body: JSON | None = None) -> Any:
        """The answer to one request, and its session cookie where it set one."""
        answer, _ = await self.ask_with_cookie(method, path, cookie, body)
        return answer

    async def ask_with_cookie(
        self, method: str, path: str, cookie: str, body: JSON | None
    ) -> tuple[Answer, str]:
        route = f"{method} {'/'.join(path.split('/')[:3])}"
        answered = await self._send(method, path, {"Cookie": cookie} if cookie else {}, body)
        if answered is None:
            self.journal.unanswered += 1
            return Answer(0), ""
        status, content, set_cookie = answered
        self.journal.answers[route, status] += 1
        if status == 500 or status in (405, 413, 422):
            self.journal.crashes.append(f"{route}: {status} {content[:200]!r}")
        try:
            parsed = json.loads(content) if content else None
        except ValueError:
            self.journal.crashes.append(f"{route}: no JSON: {content[:200]!r}")
            parsed = None
        return Answer(status, parsed), set_cookie.split(";")[0]

    async def _send(
        self, method: str, path: str, headers: dict[str, str], body: JSON | None
    ) -> tuple[int, bytes, str] | None:
        """Status, body and cookie of the answer; None where none came."""
        try:
            response = await self._http.request(method, path, json=body, headers=headers)
        except (httpx.HTTPError, ValueError):
            return None
        return response.status_code, response.content, response.headers.get("set-cookie", "")
