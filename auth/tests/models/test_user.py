"""A stored user."""

import pytest

from ticketing_auth.models.user import User
from ticketing_common.store import AlreadyExistsError, Store
from ticketing_common.types import new_id


def _user(email: str) -> User:
    return User(id=new_id(), email=email, password="a hash")


async def test_an_email_is_stored_once(users: Store[User]) -> None:
    """By the index, whatever the routes do."""
    await users.save(_user("test@test.com"))
    await users.save(_user("other@test.com"))

    with pytest.raises(AlreadyExistsError):
        await users.save(_user("test@test.com"))


async def test_the_password_is_stored_and_never_shown(users: Store[User]) -> None:
    """It comes back from the store, and is in no JSON."""
    user = await users.save(_user("test@test.com"))

    assert (await users.get(user.id)).password == "a hash"
    assert user.model_dump(by_alias=True) == {"id": user.id, "email": "test@test.com"}
