from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from ticketing_auth.app import create_app
from ticketing_auth.config import Settings
from ticketing_auth.models.user import User
from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import JWT_KEY
from ticketing_common.types import new_id

PASSWORD = "password"
# Made by Node: crypto.scryptSync("password", "0123456789abcdef", 64).toString("hex")
BASE_HASH = (
    "02974558af0dba6c98dbd12bf6912dfbeece662102bdca8f4177886b245cec29"
    "c7985754529460678d7bc3e3cbdd557d3eb8f6936664da91415d2de8d7bf1bb9.0123456789abcdef"
)


@pytest.fixture
def settings() -> Settings:
    """Hashing at next to no cost."""
    return Settings(
        JWT_KEY=JWT_KEY,
        MONGO_URI="mongodb://unused/auth",
        SCRYPT_N=2,
        SCRYPT_R=1,
        SCRYPT_P=2,
        SCRYPT_THREADS=2,
    )


@pytest.fixture
async def api(client_of: Any, settings: Settings, database: Database) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await client_of(create_app(settings, database))
    return client


@pytest.fixture
async def users(database: Database) -> Store[User]:
    store = Store(database, User)
    await database.prepare([store])
    return store


@pytest.fixture
async def signed_up(api: httpx.AsyncClient) -> dict[str, str]:
    """A user, by id and email, whose password is `password`."""
    body = {"email": "test@test.com", "password": PASSWORD}
    user: dict[str, str] = (await api.post("/api/users/signup", json=body)).json()
    api.cookies.clear()
    return user


StoreUser = Callable[[str], Awaitable[User]]


@pytest.fixture
def user_with_hash(users: Store[User]) -> StoreUser:
    """A user whose stored hash is the given one."""
    return lambda hash: users.save(User(id=new_id(), email="test@test.com", password=hash))


@pytest.fixture
def base_hash() -> str:
    """What the base system stored for `password`."""
    return BASE_HASH
