"""POST /api/users/signin"""

from typing import Any

import httpx
import pytest

from ticketing_auth.models.user import User
from ticketing_common.store import Store

VALID = {"email": "test@test.com", "password": "password"}
INVALID = {"errors": [{"message": "Invalid credentials"}]}
BAD_EMAIL = {"message": "Email must be valid", "field": "email"}
BAD_PASSWORD = {"message": "You must supply a password", "field": "password"}


async def test_an_email_that_does_not_exist(api: httpx.AsyncClient) -> None:
    """Nobody can sign in who has not signed up."""
    response = await api.post("/api/users/signin", json=VALID)

    assert (response.status_code, response.json()) == (400, INVALID)


@pytest.mark.parametrize("password", ["wrong", "Password", "passwor", "password1", "x" * 10_000])
async def test_an_incorrect_password(
    api: httpx.AsyncClient, signed_up: dict[str, str], password: str
) -> None:
    """The answer is the same as for an unknown email, and sets no cookie."""
    response = await api.post("/api/users/signin", json={**VALID, "password": password})

    assert (response.status_code, response.json()) == (400, INVALID)
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("email", ["test@test.com", " TEST@test.com"])
async def test_valid_credentials(
    api: httpx.AsyncClient, signed_up: dict[str, str], email: str
) -> None:
    """The user, by id and email, and a session of theirs."""
    response = await api.post("/api/users/signin", json={**VALID, "email": email})

    assert (response.status_code, response.json()) == (200, signed_up)
    whoami = await api.get("/api/users/currentuser")
    assert whoami.json()["currentUser"]["id"] == signed_up["id"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [BAD_EMAIL, BAD_PASSWORD]),
        ({"email": "nonsense", "password": "password"}, [BAD_EMAIL]),
        ({"email": {"$gt": ""}, "password": "password"}, [BAD_EMAIL]),
        ({"email": "test@test.com"}, [BAD_PASSWORD]),
        ({"email": "test@test.com", "password": "   "}, [BAD_PASSWORD]),
        ({"email": "test@test.com", "password": {"$ne": 1}}, [BAD_PASSWORD]),
    ],
)
async def test_bad_fields(
    api: httpx.AsyncClient, body: dict[str, object], errors: list[dict[str, str]]
) -> None:
    """Every wrong field is named, email first."""
    response = await api.post("/api/users/signin", json=body)

    assert (response.status_code, response.json()) == (400, {"errors": errors})


async def test_a_user_of_the_base_system(
    api: httpx.AsyncClient, users: Store[User], user_with_hash: Any, base_hash: str
) -> None:
    """They sign in with the hash they brought along, which is a new one from then on."""
    user = await user_with_hash(base_hash)

    first = await api.post("/api/users/signin", json=VALID)
    stored = await users.get(user.id)
    second = await api.post("/api/users/signin", json=VALID)

    assert (first.status_code, second.status_code) == (200, 200)
    assert stored.password.startswith("$scrypt$ln=1,r=1,p=2$")
    assert await users.get(user.id) == stored


async def test_a_document_of_the_base_system(
    api: httpx.AsyncClient, users: Store[User], base_hash: str
) -> None:
    """Its documents have no version of ours, and work as they are."""
    await users._collection.insert_one({"email": "test@test.com", "password": base_hash, "__v": 0})

    response = await api.post("/api/users/signin", json=VALID)

    assert response.status_code == 200
    (user,) = await users.find({})
    assert (user.version, user.password[:8]) == (1, "$scrypt$")


async def test_a_wrong_password_of_a_user_of_the_base_system(
    api: httpx.AsyncClient, users: Store[User], user_with_hash: Any, base_hash: str
) -> None:
    """It is wrong, and their hash stays what it is."""
    user = await user_with_hash(base_hash)

    response = await api.post("/api/users/signin", json={**VALID, "password": "wrong"})

    assert (response.status_code, response.json()) == (400, INVALID)
    assert await users.get(user.id) == user
