"""A span of each request, named by its route."""

import pytest
from fastapi import APIRouter

from common.tests.tracing.conftest import Told
from ticketing_common.middlewares.vouching import HEADER, Vouching
from ticketing_common.routing import Route
from ticketing_common.service import create_service
from ticketing_common.settings import ProxySettings, Settings
from ticketing_common.testing.plugin import ApiFactory
from ticketing_common.tracing import spans

router = APIRouter(route_class=Route)


class Both(ProxySettings, Settings):
    """As services have them."""


pages = APIRouter()  # as the client's are: no `Route`


@router.get("/notes/{id}")
async def show(id: str) -> list[str]:
    if id == "broken":
        raise RuntimeError(id)
    return [id]


@router.get("/carried")
async def carried() -> str:
    return spans.trace_headers()[spans.HEADER]


@pages.get("/pages/{id}")
async def page(id: str) -> str:
    return id


@pytest.mark.parametrize(
    ("path", "name", "status"),
    [
        ("/notes/1", "GET /notes/{id}", 200),
        ("/notes/1/", "GET /notes/{id}", 200),
        ("/notes/broken", "GET /notes/{id}", 500),
        ("/pages/1", "GET /pages/{id}", 200),
        (f"/{'long' * 1000}", "GET", 404),
    ],
)
async def test_a_request_s_span(
    told: Told,
    client_of: ApiFactory,
    path: str,
    name: str,
    status: int,
) -> None:
    """By its template, whoever asks for how many paths."""
    client = await client_of(create_service(Settings(), routers=[router, pages]))

    assert (await client.get(path)).status_code == status

    (span,) = told()
    said = {each["key"]: next(iter(each["value"].values())) for each in span["attributes"]}
    assert (span["name"], span["kind"], "parentSpanId" in span) == (name, 2, False)
    assert int(said["http.response.status_code"]) == status
    assert len(said.get("url.path", "")) <= 200
    assert ("url.path" in said) == (status == 404)  # a path may be a secret: a ticket's code is one
    assert (span["status"].get("code") == 2) == (status >= 500)


@pytest.mark.parametrize("path", ["/notes/1", "/pages/1"])
async def test_a_head_is_told_as_one(told: Told, client_of: ApiFactory, path: str) -> None:
    """Though a GET's handler answers it."""
    client = await client_of(create_service(Settings(), routers=[router, pages]))

    assert (await client.head(path)).status_code == 200

    (span,) = told()
    assert span["name"] == f"HEAD {path[:-1]}{{id}}"
    assert {"key": "http.request.method", "value": {"stringValue": "HEAD"}} in span["attributes"]


async def test_a_probe_is_not_traced(told: Told, client_of: ApiFactory) -> None:
    """It would be most of what is told."""
    client = await client_of(create_service(Settings()))

    assert (await client.get("/healthz")).status_code == 200

    assert told() == []


KEY = "k" * 32
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("trusting", "key", "goes_on"),
    [(True, None, True), (False, KEY, True), (False, "x" * 32, False), (False, None, False)],
)
async def test_whose_trace_goes_on(
    told: Told, client_of: ApiFactory, trusting: bool, key: str | None, goes_on: bool
) -> None:
    """Of the client service, which signs what it passes on, or of all where they are trusted. A
    visitor's own says nothing: neither which trace it is, nor whether it is sampled."""
    settings = Both(TRUST_TRACEPARENT=trusting, VISITOR_KEYS=(KEY,))
    client = await client_of(create_service(settings, routers=[router]))
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    if key:
        headers[HEADER] = str(Vouching((key,)).write("1.2.3.4"))

    await client.get("/notes/1", headers=headers)
    await client.get("/notes/1", headers={**headers, "traceparent": f"00-{TRACE}-{PARENT}-00"})

    found = told()
    assert len(found) == (1 if goes_on else 2)
    for span in found:
        assert (span["traceId"] == TRACE, span.get("parentSpanId") == PARENT) == (goes_on,) * 2


@pytest.mark.parametrize("headers", [{}, {"traceparent": f"00-{TRACE}-{PARENT}-01"}])
async def test_a_request_that_is_not_sampled(
    told: Told,
    client_of: ApiFactory,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
) -> None:
    """As nearly all are. It is not told, whatever a visitor asks for, and who is called goes on
    with that."""
    monkeypatch.setattr(spans, "_ratio", 0.0)
    client = await client_of(create_service(Settings(), routers=[router]))

    carried = (await client.get("/carried", headers=headers)).json()

    assert carried.endswith("-00")
    assert TRACE not in carried
    assert told() == []
