"""Addresses and passwords that are the same to people, and typed in different characters."""
# ruff: noqa: RUF001 - characters that look like others are what this is about

import unicodedata
from typing import Any

import httpx
import pytest

from ticketing_auth.models.user import User
from ticketing_auth.passwords import Passwords
from ticketing_common.store import Store
from ticketing_common.types import new_id

PASSWORD = "password"
COMPOSED, DECOMPOSED, WIDE = "pässwörd", "pa\u0308sswo\u0308rd", "ｐａｓｓｗｏｒｄ"

ADDRESSES = [
    ("é.ric@example.com", "e\u0301.RIC@example.com"),
    ("ann@example.com", "ＡＮＮ@example.com"),
    ("kim@example.com", "\u212aim@example.com"),
    ("ΟΔΟΣ@example.com", "οδοσ@example.com"),
    ("strasse@example.com", "straße@EXAMPLE.com"),
    ("ﬁona@example.com", "fiona@example.com"),
]


async def _up(api: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await api.post("/api/users/signup", json={"email": email, "password": password})


async def _in(api: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await api.post("/api/users/signin", json={"email": email, "password": password})


@pytest.mark.parametrize(("one", "other"), ADDRESSES + [(b, a) for a, b in ADDRESSES])
async def test_one_address_is_one_account(api: httpx.AsyncClient, one: str, other: str) -> None:
    """It is in use however it is typed, opens the account, and stays written as it was given."""
    created = await _up(api, one)

    again = await _up(api, other)
    opened = await _in(api, other)

    assert (created.status_code, again.status_code, opened.status_code) == (201, 400, 200)
    assert again.json() == {"errors": [{"message": "Email in use"}]}
    assert opened.json() == created.json()
    assert created.json()["email"] == unicodedata.normalize("NFC", one).lower()
    whoami = await api.get("/api/users/currentuser")
    assert whoami.json()["currentUser"]["email"] == created.json()["email"]


async def test_an_account_of_before_still_opens(
    api: httpx.AsyncClient, users: Store[User], password_hash: str
) -> None:
    """Also where another has signed up since with an address that is now the same."""
    old = await users.save(User(id=new_id(), email="straße@example.com", password=password_hash))

    assert (await _up(api, "straße@example.com")).status_code == 400
    other = await _up(api, "strasse@example.com")

    assert other.status_code == 201
    assert (await _in(api, "straße@example.com")).json()["id"] == old.id
    assert (await _in(api, "strasse@example.com")).json()["id"] == other.json()["id"]


@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("chosen", [COMPOSED, DECOMPOSED])
async def test_one_password_from_every_keyboard(
    api: httpx.AsyncClient, chosen: str, typed: str
) -> None:
    """Whether a keyboard sends letters with their accents or the two apart."""
    await _up(api, "me@example.com", chosen)

    assert (await _in(api, "me@example.com", typed)).status_code == 200


async def test_a_password_of_before_still_opens(
    api: httpx.AsyncClient, users: Store[User], settings: Any
) -> None:
    """It was hashed as it was typed; once it has opened the account it does so in every form."""
    raw = str(Passwords(settings)._scheme.hash(DECOMPOSED))
    await users.save(User(id=new_id(), email="me@example.com", password=raw))

    codes = [
        (await _in(api, "me@example.com", typed)).status_code
        for typed in (COMPOSED, DECOMPOSED, COMPOSED)
    ]

    assert codes == [400, 200, 200]


@pytest.mark.parametrize(
    ("password", "status"),
    [(WIDE, 201), ("e\u0301" * 20, 201), ("e\u0301" * 3, 400), ("é" * 21, 400)],
)
async def test_characters_are_counted_as_they_are_seen(
    api: httpx.AsyncClient, password: str, status: int
) -> None:
    """4 to 20 of them, however many a keyboard sends for one."""
    assert (await _up(api, "me@example.com", password)).status_code == status


@pytest.mark.parametrize(
    ("typed", "times"), [("wrong", 1), ("wröng", 1), ("wro\u0308ng", 2), (WIDE, 2)]
)
@pytest.mark.parametrize("known", [True, False])
async def test_what_a_wrong_password_costs(
    settings: Any, monkeypatch: pytest.MonkeyPatch, known: bool, typed: str, times: int
) -> None:
    """One derivation; two only for what is not in normal form, of known users and of others."""
    passwords = Passwords(settings)
    stored = await passwords.hash("something else") if known else None
    costs: list[int] = []

    def derive(_: bytes, __: bytes, n: int, r: int, p: int, keylen: int) -> bytes:
        costs.append(n * r * p)
        return b"\0" * keylen

    monkeypatch.setattr("passlib.crypto.scrypt._scrypt", derive)

    await passwords.check(typed, stored)

    assert costs == [2 * 1 * 2] * times


@pytest.fixture
async def password_hash(settings: Any) -> str:
    return await Passwords(settings).hash(PASSWORD)
