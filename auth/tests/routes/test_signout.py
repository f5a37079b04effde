"""POST /api/users/signout"""

import httpx


async def test_clears_the_cookie(api: httpx.AsyncClient, signed_up: dict[str, str]) -> None:
    """The browser is told that the cookie ended in 1970."""
    await api.post("/api/users/signin", json={"email": "test@test.com", "password": "password"})

    response = await api.post("/api/users/signout")

    assert (response.status_code, response.json()) == (200, {})
    assert response.headers["Set-Cookie"] == (
        "session=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; samesite=lax; httponly"
    )
    whoami = await api.get("/api/users/currentuser")
    assert whoami.json() == {"currentUser": None}


async def test_signed_out_already(api: httpx.AsyncClient) -> None:
    """Signing out twice is no error."""
    response = await api.post("/api/users/signout")

    assert (response.status_code, response.json()) == (200, {})
