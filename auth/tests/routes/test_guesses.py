"""One account's password can't be guessed from many addresses, and its owner still gets in."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from ticketing_auth.app import create_app
from ticketing_auth.config import Settings
from ticketing_auth.models.user import User
from ticketing_auth.passwords import Passwords, PasswordsBusyError
from ticketing_common.store import Database, Store

LIMIT = 3
AT_ONCE = 20  # guesses: as many as even a busy machine's database answers in time
SIGN_IN, SIGN_UP = "/api/users/signin", "/api/users/signup"
OWNER = {"X-Forwarded-For": "198.51.100.1"}
RIGHT = {"email": "ann@test.com", "password": "password"}
WRONG = RIGHT | {"password": "guessed"}


def thief(number: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"203.0.{number // 256}.{number % 256}"}


@pytest.fixture
async def api(client_of: Any, settings: Settings, database: Database) -> httpx.AsyncClient:
    limited = settings.model_copy(update={"RATE_LIMIT_SIGNIN_EMAIL": LIMIT})
    client: httpx.AsyncClient = await client_of(create_app(limited, database))
    assert (await client.post(SIGN_UP, json=RIGHT, headers=OWNER)).status_code == 201
    client.cookies.clear()
    return client


async def guess(api: httpx.AsyncClient, number: int, email: str = "ann@test.com") -> httpx.Response:
    return await api.post(SIGN_IN, json=WRONG | {"email": email}, headers=thief(number))


async def guess_until_refused(api: httpx.AsyncClient) -> None:
    for number in range(LIMIT):
        assert (await guess(api, number)).status_code == 400
    assert (await guess(api, LIMIT)).status_code == 429


async def test_two_hundred_addresses_have_as_many_guesses_as_one(api: httpx.AsyncClient) -> None:
    """429 with Retry-After for that account, whichever spelling and address; others go on."""
    answers = [
        answer
        for first in range(0, 200, AT_ONCE)
        for answer in await asyncio.gather(
            *(guess(api, number) for number in range(first, first + AT_ONCE))
        )
    ]
    refused = await guess(api, 201, "ANN@test.com")

    assert Counter(each.status_code for each in answers) == {400: LIMIT, 429: 200 - LIMIT}
    assert refused.json()["errors"][0]["message"] == (
        f"There were too many wrong passwords for this account, please try again in {60 // LIMIT} "
        "seconds"
    )
    assert refused.headers["Retry-After"] == str(60 // LIMIT)
    assert (await guess(api, 202, "bob@test.com")).status_code == 400


async def test_an_account_that_is_not_there_is_no_different(api: httpx.AsyncClient) -> None:
    """Or the limit would tell who has one."""
    statuses = [(await guess(api, n, "nobody@test.com")).status_code for n in range(LIMIT + 1)]

    assert statuses == [400] * LIMIT + [429]


async def test_the_owner_is_not_locked_out(api: httpx.AsyncClient) -> None:
    """Where they signed up or in before, they still can; elsewhere not even the right password
    is looked at."""
    elsewhere = {"X-Forwarded-For": "198.51.100.2"}
    await api.post(SIGN_IN, json=RIGHT, headers=elsewhere)
    await guess_until_refused(api)

    for known in (OWNER, elsewhere, OWNER):
        assert (await api.post(SIGN_IN, json=RIGHT, headers=known)).status_code == 200
    assert (await api.post(SIGN_IN, json=RIGHT, headers=thief(99))).status_code == 429


async def test_a_known_address_has_no_more_guesses_than_others_together(
    api: httpx.AsyncClient,
) -> None:
    """Somebody else in the owner's network guesses no faster, and the two counts are apart."""
    statuses = [
        (await api.post(SIGN_IN, json=WRONG, headers=OWNER)).status_code for _ in range(LIMIT + 1)
    ]

    assert statuses == [400] * LIMIT + [429]
    assert (await guess(api, 1)).status_code == 400


async def test_where_the_owner_was_outlives_the_process(
    api: httpx.AsyncClient, client_of: Any, settings: Settings, database: Database
) -> None:
    """It is stored with the user, as what nobody can read: another replica knows it too."""
    limited = settings.model_copy(update={"RATE_LIMIT_SIGNIN_EMAIL": LIMIT})
    replica = await client_of(create_app(limited, database))
    await guess_until_refused(replica)

    assert (await replica.post(SIGN_IN, json=RIGHT, headers=OWNER)).status_code == 200
    stored = await database["users"].find_one({})
    assert "198.51.100.1" not in str(stored)


async def test_only_wrong_passwords_count(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not right ones, from however many addresses, and not where nobody could look."""
    for number in range(LIMIT * 2):
        assert (await api.post(SIGN_IN, json=RIGHT, headers=thief(number))).status_code == 200

    async def busy(*_: object) -> None:
        raise PasswordsBusyError

    with monkeypatch.context() as patched:
        patched.setattr(Passwords, "check", busy)
        for number in range(LIMIT * 2):
            assert (await guess(api, number + 100)).status_code == 503

    assert (await guess(api, 200)).status_code == 400


async def test_a_users_places_are_bounded(api: httpx.AsyncClient, users: Store[User]) -> None:
    """The latest few; the oldest is forgotten."""
    for number in range(20):
        await api.post(SIGN_IN, json=RIGHT, headers=thief(number))

    user = await users.find_one({"email": "ann@test.com"})
    assert user
    assert len(user.places) == len(set(user.places)) == 8


async def test_zero_switches_it_off(client_of: Any, settings: Settings, database: Database) -> None:
    """As load tests do."""
    unlimited = settings.model_copy(update={"RATE_LIMIT_SIGNIN_EMAIL": 0})
    api = await client_of(create_app(unlimited, database))

    assert {(await guess(api, number)).status_code for number in range(50)} == {400}
