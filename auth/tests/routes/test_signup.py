"""POST /api/users/signup"""

import asyncio

import httpx
import pytest

from ticketing_auth.models.user import User
from ticketing_auth.passwords import Passwords
from ticketing_common.store import Store

AS_JSON = {"Content-Type": "application/json"}

VALID = {"email": "test@test.com", "password": "password"}
BAD_EMAIL = {"message": "Email must be valid", "field": "email"}
BAD_PASSWORD = {"message": "Password must be between 4 and 20 characters", "field": "password"}


async def test_signs_up(api: httpx.AsyncClient, users: Store[User]) -> None:
    """A new user is stored and shown by id and email; extra fields are ignored."""
    response = await api.post("/api/users/signup", json={**VALID, "version": 3, "admin": True})

    assert response.status_code == 201
    (user,) = await users.find({})
    assert response.json() == {"id": user.id, "email": "test@test.com"}
    assert user.version == 0


async def test_stores_no_password(api: httpx.AsyncClient, users: Store[User]) -> None:
    """What is stored, and what a log could show of it, is not the password."""
    await api.post("/api/users/signup", json=VALID)

    (user,) = await users.find({})
    assert user.password.startswith("$scrypt$")
    assert VALID["password"] not in user.password
    assert "scrypt" not in repr(user)


@pytest.mark.parametrize(
    "email",
    [
        "test@test.com",
        "seller@example.com",
        "someone@shop.test",
        "first.last+tag@sub.example.co.uk",
        "jürgen@exämple.de",
    ],
)
async def test_a_valid_email(api: httpx.AsyncClient, email: str) -> None:
    """Addresses are judged by their form: nobody is asked whether the domain exists."""
    response = await api.post("/api/users/signup", json={**VALID, "email": email})

    assert response.status_code == 201
    assert response.json()["email"] == email


@pytest.mark.parametrize(
    "email",
    [
        "alskdflaskjfd",
        "",
        "@test.com",
        "test@",
        "a b@test.com",
        "test@test",
        "test@localhost",
        "test@test..com",
        "test@test.com, other@test.com",
        "Test <test@test.com>",
        "test@[127.0.0.1]",
        "test@test.com\x00",
        "x" * 300 + "@test.com",
        "test@" + "x" * 300 + ".com",
        None,
        7,
        ["test@test.com"],
        {"$gt": ""},
    ],
)
async def test_an_invalid_email(api: httpx.AsyncClient, email: object) -> None:
    """What can't be an address is refused."""
    response = await api.post("/api/users/signup", json={**VALID, "email": email})

    assert response.status_code == 400
    assert response.json() == {"errors": [BAD_EMAIL]}


@pytest.mark.parametrize(
    "password", ["", "p", "abc", " abc ", " " * 10, "x" * 21, None, 12345, {"$ne": ""}]
)
async def test_an_invalid_password(api: httpx.AsyncClient, password: object) -> None:
    """A password has 4 to 20 characters, spaces around it not counted."""
    response = await api.post("/api/users/signup", json={**VALID, "password": password})

    assert response.status_code == 400
    assert response.json() == {"errors": [BAD_PASSWORD]}


@pytest.mark.parametrize("password", ["abcd", "x" * 20, "  abcd  ", "pässwörd", "🎫🎫🎫🎫"])
async def test_a_valid_password(api: httpx.AsyncClient, password: str) -> None:
    """It opens the door again, with or without the spaces around it."""
    created = await api.post("/api/users/signup", json={**VALID, "password": password})

    responses = [
        await api.post("/api/users/signin", json={**VALID, "password": spelled})
        for spelled in (password, password.strip())
    ]

    assert created.status_code == 201
    assert [response.status_code for response in responses] == [200, 200]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [BAD_EMAIL, BAD_PASSWORD]),
        ({"password": "", "email": ""}, [BAD_EMAIL, BAD_PASSWORD]),
        ({"email": "test@test.com"}, [BAD_PASSWORD]),
        ({"password": "password"}, [BAD_EMAIL]),
    ],
)
async def test_missing_email_and_password(
    api: httpx.AsyncClient, body: dict[str, str], errors: list[dict[str, str]]
) -> None:
    """Every wrong field is named, email first."""
    response = await api.post("/api/users/signup", json=body)

    assert response.status_code == 400
    assert response.json() == {"errors": errors}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", rb'{"email":"\ud800"}'])
async def test_a_body_that_is_no_json_object(api: httpx.AsyncClient, body: bytes) -> None:
    """It is a bad request, never an error of ours."""
    response = await api.post("/api/users/signup", content=body, headers=AS_JSON)

    assert response.status_code == 400


@pytest.mark.parametrize("again", ["test@test.com", "TEST@Test.com", "  test@test.com "])
async def test_an_email_in_use(
    api: httpx.AsyncClient, users: Store[User], signed_up: dict[str, str], again: str
) -> None:
    """An address signs up once, however it is spelled."""
    response = await api.post("/api/users/signup", json={**VALID, "email": again})

    assert response.status_code == 400
    assert response.json() == {"errors": [{"message": "Email in use"}]}
    assert "set-cookie" not in response.headers
    assert [user.email for user in await users.find({})] == ["test@test.com"]


async def test_an_email_in_use_at_the_same_moment(
    api: httpx.AsyncClient, users: Store[User]
) -> None:
    """Of many sign-ups of one address at once, one succeeds."""
    responses = await asyncio.gather(
        *(api.post("/api/users/signup", json=VALID) for _ in range(10))
    )

    assert sorted(response.status_code for response in responses) == [201] + [400] * 9
    assert len(await users.find({})) == 1


async def test_sets_a_cookie(api: httpx.AsyncClient) -> None:
    """Whoever signs up is signed in."""
    created = await api.post("/api/users/signup", json=VALID)

    response = await api.get("/api/users/currentuser")

    user = response.json()["currentUser"]
    assert user == {**created.json(), "iat": user["iat"]}


async def test_a_busy_service_is_503(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where too many passwords wait, one is asked to come back, and nothing has happened."""
    app = api._transport.app  # type: ignore[attr-defined]  # the app under test
    passwords: Passwords = app.state.passwords
    monkeypatch.setattr(passwords, "limit", 0)

    response = await api.post("/api/users/signup", json=VALID)

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.json()["errors"][0]["message"].startswith("The service is unavailable")
