"""The cookie that signing up and in set."""

import base64
import json
import re
from typing import Any

import httpx
import pytest
from jose import jwt

from ticketing_common.testing.sessions import JWT_KEY

VALID = {"email": "test@test.com", "password": "password"}
HTTPS = {"X-Forwarded-Proto": "https"}


async def test_its_value(api: httpx.AsyncClient) -> None:
    """Plain base64 of the JSON that holds the token, whose claims are id, email and iat."""
    response = await api.post("/api/users/signup", json=VALID)

    value = re.fullmatch(r"session=([A-Za-z0-9+/=]+);.*", response.headers["Set-Cookie"])
    assert value
    content: dict[str, Any] = json.loads(base64.b64decode(value[1], validate=True))
    claims = jwt.decode(content.pop("jwt"), JWT_KEY, algorithms=["HS256"])
    assert content == {}
    assert claims == {**response.json(), "iat": claims["iat"]}


@pytest.mark.parametrize("path", ["signup", "signin"])
async def test_over_plain_http(
    api: httpx.AsyncClient, signed_up: dict[str, str], path: str
) -> None:
    """It works without TLS as well, as on a laptop: then it is not `secure`."""
    response = await _post(api, path)

    assert _attributes(response) == ["path=/", "samesite=lax", "httponly"]


@pytest.mark.parametrize("proto", ["https", "HTTPS", "https, http"])
@pytest.mark.parametrize("path", ["signup", "signin", "signout"])
async def test_over_https(
    api: httpx.AsyncClient, signed_up: dict[str, str], path: str, proto: str
) -> None:
    """Behind a proxy that speaks https it is `secure`."""
    response = await _post(api, path, {"X-Forwarded-Proto": proto})

    assert "secure" in _attributes(response)


async def _post(
    api: httpx.AsyncClient, path: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    email = "new@test.com" if path == "signup" else "test@test.com"
    return await api.post(f"/api/users/{path}", json={**VALID, "email": email}, headers=headers)


def _attributes(response: httpx.Response) -> list[str]:
    return response.headers["Set-Cookie"].split("; ")[1:]
