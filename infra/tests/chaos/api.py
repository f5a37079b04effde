"""The public API as a user reaches it: through the gateway, with a cookie."""

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
        headers = {"Cookie": cookie} if cookie else {}
        route = f"{method} {'/'.join(path.split('/')[:3])}"
        try:
            response = await self._http.request(method, path, json=body, headers=headers)
        except (httpx.HTTPError, ValueError):
            self.journal.unanswered += 1
            return Answer(0), ""
        self.journal.answers[route, response.status_code] += 1
        if response.status_code == 500 or response.status_code in (405, 413, 422):
            self.journal.crashes.append(f"{route}: {response.status_code} {response.text[:200]}")
        try:
            parsed = response.json() if response.content else None
        except ValueError:
            self.journal.crashes.append(f"{route}: no JSON: {response.text[:200]}")
            parsed = None
        return Answer(response.status_code, parsed), _session(response)


def _session(response: httpx.Response) -> str:
    return str(response.headers.get("set-cookie", "")).split(";")[0]
