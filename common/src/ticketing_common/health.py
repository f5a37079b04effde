"""Whether the process lives, and whether what it depends on answers: for those inside.

Every edge adds to a request who asked it. What it passed on is answered here as a path that does
not exist, whatever the edge's routes are. A route for operators belongs to this router.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from ticketing_common.errors import ServiceUnavailableError

Check = Callable[[], Awaitable[None]]

TIMEOUT = 2.0  # seconds for all checks together


class Health:
    """`alive` is False when only a restart can help; `checks` raise when a dependency is away;
    `counts` are told for whoever watches, and never make the service unready."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        alive: Callable[[], bool],
        counts: Mapping[str, Callable[[], int | None]],
    ) -> None:
        self.checks = checks
        self.alive = alive
        self.counts = counts

    async def report(self, names: list[str]) -> dict[str, str]:
        """`ok`, or what is wrong, for each named check; for all where none is named."""
        chosen = {name: self.checks[name] for name in names or self.checks if name in self.checks}
        outcomes = await asyncio.gather(*(_outcome(check) for check in chosen.values()))
        return dict(zip(chosen, outcomes, strict=True))


async def _outcome(check: Check) -> str:
    try:
        async with asyncio.timeout(TIMEOUT):
            await check()
    except TimeoutError:
        return "does not answer in time"
    except ServiceUnavailableError as error:
        return error.readiness
    return "ok"


PASSED_ON = {b"x-forwarded-for", b"x-forwarded-host", b"forwarded", b"via"}


async def from_inside(request: Request) -> None:
    """Raise a 404 for what a proxy passed on. (A coroutine: FastAPI sends others to a thread.)"""
    if any(name in PASSED_ON for name, _ in request.scope["headers"]):
        raise HTTPException(404)


router = APIRouter(include_in_schema=False, dependencies=[Depends(from_inside)])


@router.get("/healthz")
async def healthz(request: Request) -> JSONResponse:
    """200 while the process can do its work, or get back to it by itself."""
    alive = request.app.state.health.alive()
    return JSONResponse({"alive": alive}, status_code=200 if alive else 503)


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """200 when the store and the broker answer; `?check=store` asks for that one only.

    `deadLetters` counts what the service's listeners could not digest, `missed` how often the
    stream had discarded news before they heard it, and `awaited` the services that have yet to
    tell their state again because of that; null where not known yet. Of payments `openCases` are
    those that a person has to look at, and `stripeFailing` the latest calls that Stripe failed.
    """
    health: Health = request.app.state.health
    report = await health.report(request.query_params.getlist("check"))
    ready = all(outcome == "ok" for outcome in report.values())
    errors = [{"message": f"{name} {said}"} for name, said in report.items() if said != "ok"]
    counts = {name: count() for name, count in health.counts.items()}
    body = {"ready": ready, "checks": report, **counts, **({"errors": errors} if errors else {})}
    return JSONResponse(body, status_code=200 if ready else 503)


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    """What the service's API is."""
    return JSONResponse(request.app.openapi())
