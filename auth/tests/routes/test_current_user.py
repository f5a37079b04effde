"""GET /api/users/currentuser"""

import httpx
import pytest

from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id


async def test_details_of_the_current_user(api: httpx.AsyncClient, sign_in: SignIn) -> None:
    """Whoever has a session is told whose it is: exactly the token's claims."""
    user = new_id()

    response = await api.get("/api/users/currentuser", headers=sign_in(user))

    assert response.status_code == 200
    current = response.json()["currentUser"]
    assert current == {"id": user, "email": "test@test.com", "iat": current["iat"]}
    assert isinstance(current["iat"], int)


async def test_a_cookie_beside_others(api: httpx.AsyncClient, sign_in: SignIn) -> None:
    """HTTP/2 sends each in a header of its own, and anyone may send what is no text."""
    user = new_id()
    [session] = sign_in(user).values()

    headers = [(b"cookie", b"theme=d\xe4rk"), (b"cookie", session.encode())]
    response = await api.get("/api/users/currentuser", headers=headers)

    assert response.json()["currentUser"]["id"] == user


async def test_null_if_not_authenticated(api: httpx.AsyncClient) -> None:
    """No session is no error."""
    response = await api.get("/api/users/currentuser")

    assert (response.status_code, response.json()) == (200, {"currentUser": None})


@pytest.mark.parametrize("cookie", ["", "nonsense", "e30=", "eyJqd3QiOiAieCJ9", "x" * 5000])
async def test_null_for_a_bad_cookie(api: httpx.AsyncClient, cookie: str) -> None:
    """Nor is a cookie that is none of ours."""
    response = await api.get("/api/users/currentuser", headers={"Cookie": f"session={cookie}"})

    assert (response.status_code, response.json()) == (200, {"currentUser": None})
