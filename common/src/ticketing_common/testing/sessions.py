"""Sessions for tests."""

from collections.abc import Callable

from ticketing_common.session import COOKIE, Sessions
from ticketing_common.settings import SessionSettings
from ticketing_common.types import new_id

JWT_KEY = "a key for tests only, of 32 bytes and more"

SignIn = Callable[..., dict[str, str]]


def signed_in(settings: SessionSettings) -> SignIn:
    sessions = Sessions(settings)

    def sign_in(id: str | None = None, email: str = "test@test.com") -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={sessions.write(id or new_id(), email)}"}

    return sign_in
