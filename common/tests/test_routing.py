"""Routes of a kind of their own."""

from typing import Any

import pytest
from fastapi import APIRouter

from ticketing_common.middlewares import RawBody
from ticketing_common.routing import Route, WebhookRoute
from ticketing_common.service import create_service
from ticketing_common.settings import Settings

webhooks = APIRouter(route_class=WebhookRoute)
plain = APIRouter(route_class=Route)


@webhooks.post("/webhook")
async def webhook(body: RawBody) -> list[str]:
    return [body.decode("latin-1")]


@plain.post("/plain")
async def raw(body: RawBody) -> list[str]:
    return [body.decode("latin-1")]


FROM_ELSEWHERE = {
    "Content-Type": "text/plain",
    "Origin": "https://elsewhere.test",
    "Sec-Fetch-Site": "cross-site",
}


@pytest.mark.parametrize("sent", [b"", b"{}", b"{ not json \xff", b'{"a":  1}'])
async def test_a_webhook_gets_what_was_sent(client_of: Any, sent: bytes) -> None:
    """To the byte, of any type, from anywhere: a signature is over the bytes."""
    api = await client_of(create_service(Settings(), routers=[webhooks, plain]))

    answer = await api.post("/webhook", content=sent, headers=FROM_ELSEWHERE)

    assert (answer.status_code, answer.json()) == (200, [sent.decode("latin-1")])
    assert (await api.post("/plain", content=sent, headers=FROM_ELSEWHERE)).status_code == 403


async def test_a_webhooks_body_is_bounded(client_of: Any) -> None:
    """As any other: 413."""
    api = await client_of(create_service(Settings(), routers=[webhooks]))

    assert (await api.post("/webhook", content=b"x" * 70_000)).status_code == 413


async def test_a_webhook_is_documented(client_of: Any) -> None:
    """With a body, and without the answers that only a browser gets."""
    schema = create_service(Settings(), routers=[webhooks, plain]).openapi()["paths"]

    assert "requestBody" in schema["/webhook"]["post"]
    assert not {"403", "415"} & set(schema["/webhook"]["post"]["responses"])
    assert {"403", "415"} <= set(schema["/plain"]["post"]["responses"])
